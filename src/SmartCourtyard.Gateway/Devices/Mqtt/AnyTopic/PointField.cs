using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;

/// <summary>A point of the site file as a field.</summary>
internal static class PointField
{
    public static Field Of(MqttPoint point) => Of(point, point.Quantity.Name());

    /// <param name="name">What a technician reads of it.</param>
    public static Field Of(MqttPoint point, string name)
    {
        if (!point.Quantity.IsBoolean())
        {
            Func<double, double> toUnit = point.Unit is null ? value => value : Units.To(point.Quantity, point.Unit) ?? (value => value);
            (double scale, double offset) = (point.Scale, point.Offset);
            return new Number(name, point.Quantity, scale == 1 && offset == 0 ? toUnit : value => toUnit(value * scale + offset));
        }
        return point.On is not null || point.Off is not null ? new ChosenWords(name, point)
            : point.Quantity == Quantity.Contact ? new ClosedContact(name)
            : new Flag(name, point.Quantity);
    }

    /// <summary>
    /// Yes or no in the words that the site file names. Where it names only those of one side, the usual words stand for the other.
    /// </summary>
    private sealed class ChosenWords(string name, MqttPoint point) : Field(name)
    {
        private readonly byte[][]? _on = point.On is null ? null : [.. point.On.Select(Encoding.UTF8.GetBytes)];
        private readonly byte[][]? _off = point.Off is null ? null : [.. point.Off.Select(Encoding.UTF8.GetBytes)];

        protected override string Allowed => point switch
        {
            { On: { } on, Off: { } off } => $"{string.Join(", ", on)} for true, {string.Join(", ", off)} for false",
            { On: { } on } => $"{string.Join(", ", on)} for true, or a usual word for false",
            _ => $"{string.Join(", ", point.Off!)} for false, or a usual word for true",
        };

        protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
        {
            bool on = _on is not null && Matches(value, _on), off = !on && _off is not null && Matches(value, _off);
            if (!on && !off)
            {
                if (!Flag.TryParse(value, out bool usual) || usual != _on is null || (_on is not null && _off is not null))
                {
                    return false;
                }
                on = usual;
            }
            into.Flag(point.Quantity, on);
            return true;
        }

        // A number may be written in more than one way: 1 and 1.0.
        private static bool Matches(scoped FieldValue value, byte[][] words)
        {
            if (value.IsOneOf(words))
            {
                return true;
            }
            foreach (byte[] word in words)
            {
                if (value.TryNumber(out double number)
                    && double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double wanted) && wanted == number)
                {
                    return true;
                }
            }
            return false;
        }
    }
}
