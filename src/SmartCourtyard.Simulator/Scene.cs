using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator;

/// <summary>A quantity takes a value; null lets it go back to its quiet ways.</summary>
internal readonly record struct Change(string Quantity, double? Value)
{
    /// <summary>Not a property of a message: whether the device is to be heard at all.</summary>
    public const string Online = "online";
}

/// <summary>After this time, the device of this class that stands nearest to the scene's place changes.</summary>
internal sealed record Step(TimeSpan After, DeviceClass Who, params Change[] Changes);

/// <summary>Something that happens in the estate, as data.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Chinese">What happens, for people.</param>
/// <param name="English">The same.</param>
/// <param name="Begins">The class of device it happens to; the flat may be named, otherwise chance picks one. Null: nothing happens.</param>
internal sealed record Scene(string Name, string Chinese, string English, DeviceClass? Begins, IReadOnlyList<Step> Steps)
{
    public static IReadOnlyList<Scene> All { get; } =
    [
        new("kitchen fire", "厨房起火：烟感报警，楼道空气变差，有人打开单元门，随后消散", "smoke in a kitchen, haze in the hall, the door opens, it clears",
            DeviceClass.SmokeDetector,
            [
                At(0, DeviceClass.SmokeDetector, new Change("smoke", 1)),
                At(8, DeviceClass.AirMonitor, new("pm25", 165), new("co2", 1150)),
                At(15, DeviceClass.DoorContact, new Change("contact", 0)),
                At(20, DeviceClass.SmokeDetector, new Change("smoke", 1)),
                At(45, DeviceClass.SmokeDetector, new Change("smoke", 0)),
                At(50, DeviceClass.DoorContact, new Change("contact", null)),
                At(55, DeviceClass.AirMonitor, new("pm25", null), new("co2", null)),
            ]),
        new("gas leak", "燃气泄漏：浓度上升到报警，关阀通风后恢复", "the concentration climbs to the alarm and falls after airing",
            DeviceClass.GasDetector,
            [
                At(0, DeviceClass.GasDetector, new Change("methane", 4)),
                At(4, DeviceClass.GasDetector, new Change("methane", 8)),
                At(8, DeviceClass.GasDetector, new("methane", 14), new("gas", 1)),
                At(20, DeviceClass.GasDetector, new("methane", 17), new("gas", 1)),
                At(40, DeviceClass.GasDetector, new("methane", 6), new("gas", 0)),
                At(50, DeviceClass.GasDetector, new Change("methane", null)),
            ]),
        new("an elderly resident presses the button", "老人按下一键求助", "one press of the emergency button at home",
            DeviceClass.EmergencyButton,
            [At(0, DeviceClass.EmergencyButton, new Change("emergency", 1)), At(3, DeviceClass.EmergencyButton, new Change("emergency", 0))]),
        new("carbon monoxide", "一氧化碳报警：卫生间热水器倒烟", "a water heater sends its fumes into the bathroom",
            DeviceClass.CoDetector,
            [At(0, DeviceClass.CoDetector, new Change("co-alarm", 1)), At(40, DeviceClass.CoDetector, new Change("co-alarm", 0))]),
        new("water leak", "地下室进水，三分钟后排干", "water in the cellar, pumped out after three minutes",
            DeviceClass.WaterLeak,
            [At(0, DeviceClass.WaterLeak, new Change("water-leak", 1)), At(180, DeviceClass.WaterLeak, new Change("water-leak", 0))]),
        new("battery runs low", "烟感电池电量低，之后更换", "a smoke detector asks for a new battery and gets it",
            DeviceClass.SmokeDetector,
            [
                At(0, DeviceClass.SmokeDetector, new("battery", 8), new("battery-low", 1)),
                At(600, DeviceClass.SmokeDetector, new("battery", 100), new("battery-low", 0)),
            ]),
        new("sensor falls silent", "探测器失联，十分钟后恢复", "a detector is not heard any more, and comes back after ten minutes",
            DeviceClass.SmokeDetector,
            [At(0, DeviceClass.SmokeDetector, new Change(Change.Online, 0)), At(600, DeviceClass.SmokeDetector, new Change(Change.Online, 1))]),
        new("a quiet night", "平安夜：什么也没有发生", "nothing happens", null, []),
    ];

    /// <summary>
    /// Finds a scene by its name, with or without a place: <c>gas leak</c>, <c>kitchen fire in 3-1-301</c> (building, unit, flat).
    /// </summary>
    public static bool TryFind(string text, out Scene? scene, out string? place)
    {
        var at = text.LastIndexOf(" in ", StringComparison.Ordinal);
        var name = at < 0 ? text : text[..at];
        scene = All.FirstOrDefault(s => s.Name == name);
        place = at < 0 ? null : text[(at + 4)..];
        return scene is not null;
    }

    private static Step At(double seconds, DeviceClass who, params Change[] changes) => new(TimeSpan.FromSeconds(seconds), who, changes);
}
