using System.Globalization;
using System.Text;

namespace SmartCourtyard.Simulator;

/// <summary>
/// The example estate: 24 buildings of two staircases, in each five homes of elderly residents fitted out, and the common parts.
/// </summary>
internal static class FukangGarden
{
    private const int Buildings = 24;
    private const int HomesPerBuilding = 5;

    /// <summary>The estate's site file.</summary>
    public static string SiteFile()
    {
        var yaml = new StringBuilder();
        yaml.Append(
            """
            # Fukang Garden, the example estate. Made by `SmartCourtyard.Simulator site`.
            # yaml-language-server: $schema=../firmware-config/site.schema.json
            courtyard: fukang-garden
            name: 富康花园小区
            address: { street: 双河口街道, community: 螺蛳包社区, grid: 第3网格 }
            buildings:

            """);
        for (var building = 1; building <= Buildings; building++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: b{building:00}, name: {building}栋, units: 2, floors: {Floors(building)} }}\n");
        }

        yaml.Append("devices:\n");
        for (var building = 1; building <= Buildings; building++)
        {
            for (var home = 0; home < HomesPerBuilding; home++)
            {
                Home(yaml, building, home);
            }

            CommonParts(yaml, building);
        }

        return yaml.ToString();
    }

    private static int Floors(int building) => building % 3 == 0 ? 7 : 6;

    private static void Home(StringBuilder yaml, int building, int home)
    {
        var unit = (home % 2) + 1;
        var floor = ((building - 1 + home) % Floors(building)) + 1;
        var flat = $"{floor}{1 + ((building + home + 1) % 2):00}";
        void Add(string id, string friendly, string name, string deviceClass, string? room) =>
            Device(yaml, $"b{building:00}-u{unit}-{flat}-{id}", $"b{building:00}/u{unit}/{flat}/{friendly}", name, deviceClass,
                $"building: b{building:00}, unit: {unit}, floor: {floor}, flat: \"{flat}\"{(room is null ? "" : $", place: {room}")}");

        Add("smoke", "kitchen_smoke", "厨房烟感", "smoke-detector", "厨房");
        Add("sos", "sos", "一键求助", "emergency-button", null);
        if (home < 3)
        {
            Add("gas", "kitchen_gas", "燃气报警器", "gas-detector", "厨房");
        }

        if (home == 0)
        {
            Add("co", "bath_co", "一氧化碳报警器", "co-detector", "卫生间");
        }
    }

    private static void CommonParts(StringBuilder yaml, int building)
    {
        var b = $"b{building:00}";
        Device(yaml, $"{b}-u1-door", $"{b}/u1/door", "1单元门磁", "door-contact", $"building: {b}, unit: 1, floor: 1, place: 单元门");
        Device(yaml, $"{b}-u2-door", $"{b}/u2/door", "2单元门磁", "door-contact", $"building: {b}, unit: 2, floor: 1, place: 单元门");
        Device(yaml, $"{b}-cellar-leak", $"{b}/cellar/leak", "地下室水浸", "water-leak", $"building: {b}, floor: -1, place: 地下室");
        Device(yaml, $"{b}-pump-leak", $"{b}/pump/leak", "水泵房水浸", "water-leak", $"building: {b}, floor: -1, place: 水泵房");
        Device(yaml, $"{b}-hall-air", $"{b}/hall/air", "大厅空气监测", "air-monitor", $"building: {b}, unit: 1, floor: 1, place: 大厅");
        Device(yaml, $"{b}-meter-climate", $"{b}/meter_room/climate", "配电间温湿度", "air-monitor", $"building: {b}, floor: 1, place: 配电间");
        Device(yaml, $"{b}-hall-siren", $"{b}/hall/siren", "大厅警号", "siren", $"building: {b}, unit: 1, floor: 1, place: 大厅");
    }

    private static void Device(StringBuilder yaml, string id, string friendly, string name, string deviceClass, string at) =>
        yaml.Append(
            CultureInfo.InvariantCulture,
            $"  - {{ id: {id}, name: {name}, class: {deviceClass}, at: {{ {at} }}, source: {{ zigbee2mqtt: {friendly} }} }}\n");
}
