using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Sources;

/// <summary>Which resistor holds the line while nothing else does.</summary>
public enum GpioBias
{
    /// <summary>Whatever the firmware or the board has set.</summary>
    AsIs,
    /// <summary>Held high: the contact pulls it to ground.</summary>
    PullUp,
    /// <summary>Held low: the contact pulls it to the supply.</summary>
    PullDown,
    /// <summary>None: a resistor stands on the board.</summary>
    Disabled,
}

/// <summary>How an output moves its pin.</summary>
public enum GpioDrive
{
    /// <summary>High and low are both driven.</summary>
    PushPull,
    /// <summary>Low is driven, high is left to a resistor.</summary>
    OpenDrain,
    /// <summary>High is driven, low is left to a resistor.</summary>
    OpenSource,
}

/// <summary>A line of a GPIO chip of this machine: a contact that is heard, or an output for siren, lamp and valve.</summary>
/// <param name="Chip">The chip's name (<c>gpiochip0</c>) or label (<c>pinctrl-bcm2711</c>); labels stay the same when chips come and go.</param>
/// <param name="Line">The line's offset on its chip, from 0, or its name on that chip.</param>
/// <param name="Bias">The resistor at the line; <see cref="GpioBias.AsIs"/> where not given.</param>
/// <param name="ActiveLow">True where the low level means "active": a button that pulls to ground.</param>
/// <param name="Debounce">How long a level must last before it counts, 0 to 10 s; 0 is no debouncing.</param>
/// <param name="Quantity">What an active line means; null where the device's class says it.</param>
/// <param name="Drive">How an output moves its pin; of no meaning for a contact.</param>
/// <param name="RestsOn">The state of an output at start and at stop: false is not active.</param>
public sealed record GpioSource(
    string Chip, string Line, GpioBias Bias = GpioBias.AsIs, bool ActiveLow = false, TimeSpan Debounce = default, Quantity? Quantity = null,
    GpioDrive Drive = GpioDrive.PushPull, bool RestsOn = false) : Source
{
    /// <summary>The chip, as a part that devices depend on.</summary>
    public string ChipPart => $"gpio {Chip}";

    /// <summary>The line, as a part that its device depends on: somebody else may hold it.</summary>
    public string LinePart => $"gpio {Chip} line {Line}";

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => [ChipPart, LinePart];

    /// <summary>True where a device of the class is moved by its line, not heard from it.</summary>
    public static bool IsOutput(DeviceClass deviceClass)
        => deviceClass is DeviceClass.Siren or DeviceClass.ReassuranceLamp or DeviceClass.GasValve;

    /// <summary>What a contact of the class says; null where the class leaves it open and the site file must say it.</summary>
    public static Quantity? MeaningOf(DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector => Readings.Quantity.Smoke,
        DeviceClass.GasDetector => Readings.Quantity.Gas,
        DeviceClass.CoDetector => Readings.Quantity.CoAlarm,
        DeviceClass.EmergencyButton => Readings.Quantity.Emergency,
        DeviceClass.FallDetector => Readings.Quantity.Fall,
        DeviceClass.WaterLeak or DeviceClass.WaterLevel => Readings.Quantity.WaterLeak,
        DeviceClass.DoorContact or DeviceClass.EquipmentContact => Readings.Quantity.Contact,
        DeviceClass.Motion => Readings.Quantity.Motion,
        DeviceClass.Vibration => Readings.Quantity.Vibration,
        _ => null,
    };
}
