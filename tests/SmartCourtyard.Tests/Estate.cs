using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests;

/// <summary>Devices and times for tests.</summary>
internal static class Estate
{
    public static DateTimeOffset Night { get; } = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    public static Moment After(double seconds) => new(Night.AddSeconds(seconds), TimeSpan.FromSeconds(seconds));

    public static Moment AfterHours(double hours) => After(hours * 3600);

    /// <summary>A rulebook in which one device has limits of its own.</summary>
    public static Rulebook Limited(string device, params Limit[] limits) => new(new Dictionary<string, DeviceRules> { [device] = new(limits) });

    public static Device Device(DeviceClass deviceClass, string id = "b03-u1-301", Source? source = null) => new(
        id, null, deviceClass, new Place("b03", 1, 3, "301", "厨房"), source ?? new Zigbee2MqttSource("b03/" + id));

    public static Courtyard Of(params Device[] devices) => new("fukang-garden", "富康花园小区", null, [new("b03", "3栋", 2, 7)], devices);

    public static Reading Says(this Device device, Quantity quantity, double value, Origin origin = Origin.Live)
        => new(device, quantity, value, Night, origin);

    public static Reading Presses(this Device device, Quantity quantity = Quantity.Emergency, Origin origin = Origin.Live)
        => new(device, quantity, 1, Night, origin, Momentary: true);
}
