using System.Text;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>One field of a device family's messages: its name there, the quantity it speaks of and how to read it.</summary>
internal abstract class Field(string name)
{
    public string Name { get; } = name;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>The quantities that the field can speak of.</summary>
    public virtual ulong Points => 0;

    /// <summary>Takes the value in; or gives back what is wrong with it. A value that is not known is neither.</summary>
    public string? Read(scoped FieldValue value, ref GatheredValues into) =>
        value.Kind == FieldValueKind.NotKnown || TryRead(value, ref into) || value.SaysNotKnown ? null : $"{Name} is {value.ToString()}: {Allowed}";

    /// <summary>The same field of a device that declares its unit; null where that changes nothing.</summary>
    public virtual Field? InUnit(string unit) => null;

    protected abstract string Allowed { get; }

    protected abstract bool TryRead(scoped FieldValue value, ref GatheredValues into);

    protected static bool IsOneOf(ReadOnlySpan<byte> word, byte[][] words)
    {
        foreach (byte[] one in words)
        {
            if (Ascii.EqualsIgnoreCase(word, one))
            {
                return true;
            }
        }
        return false;
    }

    protected static byte[][] Words(params ReadOnlySpan<string> words)
    {
        var bytes = new byte[words.Length][];
        for (int i = 0; i < words.Length; i++)
        {
            bytes[i] = Encoding.ASCII.GetBytes(words[i]);
        }
        return bytes;
    }
}

/// <summary>Yes or no, in any spelling.</summary>
internal sealed class Flag(string name, Quantity quantity, bool inverted = false) : Field(name)
{
    private static readonly byte[][] On = Words("true", "on", "yes", "alarm", "leak", "detected", "active", "low", "open");
    private static readonly byte[][] Off = Words("false", "off", "no", "normal", "dry", "clear", "cleared", "ok", "inactive", "closed");

    public override ulong Points => PointSet.Of(quantity);

    protected override string Allowed => "true or false";

    public static bool TryParse(scoped FieldValue value, out bool on)
    {
        on = value.Kind == FieldValueKind.True;
        if (on || value.Kind == FieldValueKind.False)
        {
            return true;
        }
        if (value.TryNumber(out double number))
        {
            on = number == 1;
            return number is 0 or 1;
        }
        on = value.IsOneOf(On);
        return value.Kind == FieldValueKind.Text && (on || value.IsOneOf(Off));
    }

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        bool read = TryParse(value, out bool on);
        if (read)
        {
            into.Flag(quantity, on != inverted);
        }
        return read;
    }
}

/// <summary>A contact where true is closed. ON and OFF say nothing here: families disagree which of them is open.</summary>
/// <param name="strict">True where the contact is what the device is for, so that a technician must hear of it.</param>
internal sealed class ClosedContact(string name, bool strict = true) : Field(name)
{
    private static readonly byte[][] Closed = Words("true", "closed", "close", "1");
    private static readonly byte[][] Open = Words("false", "open", "opened", "tilted", "0");
    private static readonly byte[][] Silent = Words("on", "off");

    public override ulong Points => PointSet.Of(Quantity.Contact);

    protected override string Allowed => "true (closed) or false (open)";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        bool closed = value.Kind == FieldValueKind.True || value.IsOneOf(Closed);
        if (!closed && value.Kind != FieldValueKind.False && !value.IsOneOf(Open))
        {
            return !strict && value.IsOneOf(Silent);
        }
        into.Flag(Quantity.Contact, closed);
        return true;
    }
}

/// <summary>A number, brought to the quantity's unit.</summary>
/// <param name="noValue">What the device sends while it knows nothing.</param>
internal sealed class Number(string name, Quantity quantity, Func<double, double>? toUnit = null, bool secondary = false, double noValue = double.NaN)
    : Field(name)
{
    private readonly (double Lowest, double Highest) _plausible = PlausibleRange.Of(quantity);

    public override ulong Points => PointSet.Of(quantity);

    public override Number? InUnit(string unit) =>
        Units.To(quantity, unit) is { } convert ? new Number(Name, quantity, convert, secondary, noValue) : null;

    protected override string Allowed =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number that makes {_plausible.Lowest} to {_plausible.Highest} {quantity.Unit()}");

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (!value.TryNumber(out double number))
        {
            return false;
        }
        if (number == noValue)
        {
            return true;
        }
        number = toUnit is null ? number : toUnit(number);
        if (!(number >= _plausible.Lowest && number <= _plausible.Highest))
        {
            return false;
        }
        if (secondary)
        {
            into.SecondaryNumber(quantity, number);
        }
        else
        {
            into.Number(quantity, number);
        }
        return true;
    }
}

/// <summary>A field that some models use as a flag and others as a number; null stands for a use that is not ours.</summary>
internal sealed class FlagOrNumber(string name, Flag? flag, Number? number) : Field(name)
{
    public override ulong Points => (flag?.Points ?? 0) | (number?.Points ?? 0);

    public override Field? InUnit(string unit) => number?.InUnit(unit) is { } inUnit ? new FlagOrNumber(Name, flag, inUnit) : null;

    protected override string Allowed => "true, false or a number";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        Field? use = value.TryNumber(out _) ? number : flag;
        return use is null ? value.TryNumber(out _) || Flag.TryParse(value, out _) : use.Read(value, ref into) is null;
    }
}
