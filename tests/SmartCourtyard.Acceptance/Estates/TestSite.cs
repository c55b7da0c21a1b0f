using System.Globalization;
using System.Text;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>A device of a test estate.</summary>
/// <param name="Flat">Empty: it hangs in the stairs of its unit.</param>
/// <param name="Speaks">Its source as the site file has it; null: Zigbee2MQTT under its friendly name.</param>
internal sealed record TestDevice(
    string Id, string Class, string FriendlyName, string Building, int Unit, int Floor, string Flat, string? Speaks = null)
{
    public string Topic => "zigbee2mqtt/" + FriendlyName;
}

/// <summary>An estate made for a test: as many flats as asked for, each with the devices asked for.</summary>
internal sealed record TestSite(IReadOnlyList<TestDevice> Devices)
{
    private const int FlatsOnFloor = 4;
    private const int Floors = 7;
    private const int Units = 2;
    private const int FlatsInBuilding = FlatsOnFloor * Floors * Units;

    public const string Courtyard = "fukang-garden";

    /// <summary>Where devices that announce themselves may speak.</summary>
    public IReadOnlyList<string> DeviceTopics { get; init; } = [];

    /// <summary>Cause and effect, each an entry of the site file on one line.</summary>
    public IReadOnlyList<string> Effects { get; init; } = [];

    public static TestSite Of(int flats, params string[] classes)
    {
        var devices = new List<TestDevice>();
        for (var i = 0; i < flats; i++)
        {
            var building = (i / FlatsInBuilding) + 1;
            var unit = (i % FlatsInBuilding / (FlatsOnFloor * Floors)) + 1;
            var floor = (i % (FlatsOnFloor * Floors) / FlatsOnFloor) + 1;
            var flat = (floor * 100) + (i % FlatsOnFloor) + 1;
            foreach (var name in classes)
            {
                devices.Add(new TestDevice(
                    string.Create(CultureInfo.InvariantCulture, $"b{building:D2}-u{unit}-{flat}-{name}"), name,
                    string.Create(CultureInfo.InvariantCulture, $"b{building:D2}/u{unit}/{flat}/{name}"),
                    string.Create(CultureInfo.InvariantCulture, $"b{building:D2}"), unit, floor, flat.ToString(CultureInfo.InvariantCulture)));
            }
        }

        return new TestSite(devices);
    }

    public string Yaml()
    {
        var text = new StringBuilder($"courtyard: {Courtyard}\nname: 富康花园小区\naddress: {{ street: 双河口街道, community: 螺蛳包社区, grid: 第3网格 }}\nbuildings:\n");
        foreach (var building in Devices.Select(d => d.Building).Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{ id: {building}, name: {int.Parse(building[1..], CultureInfo.InvariantCulture)}栋, units: {Units}, floors: {Floors} }}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"device-topics: [{string.Join(", ", DeviceTopics)}]\ndevices:\n");
        foreach (var d in Devices)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                  - id: {d.Id}
                    class: {d.Class}
                    at: {d.Place()}
                    source: {d.Source()}

                """);
        }

        if (Effects.Count > 0)
        {
            text.Append("effects:\n").AppendJoin("", Effects.Select(e => $"  - {e}\n"));
        }

        return text.ToString();
    }
}

internal static class TestDeviceYaml
{
    public static string Place(this TestDevice d) => d.Flat.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{{ building: {d.Building}, unit: {d.Unit}, floor: {d.Floor} }}")
        : string.Create(CultureInfo.InvariantCulture, $"{{ building: {d.Building}, unit: {d.Unit}, floor: {d.Floor}, flat: \"{d.Flat}\", place: 厨房 }}");

    public static string Source(this TestDevice d) => d.Speaks ?? $"{{ zigbee2mqtt: \"{d.FriendlyName}\" }}";
}
