using System.Buffers.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;

/// <summary>An alarm as a yes or no, or in one of the words that codecs use. An open contact is its alarm.</summary>
internal sealed class AlarmWord(string name, Quantity quantity) : Field(name)
{
    private static readonly byte[][] On = Words(
        "alarm", "alarming", "alert", "trigger", "triggered", "leaking", "leakage", "water leak", "fire", "smoke", "pressed", "press", "opened",
        "fall", "fell", "tampered", "removed", "uninstalled", "fault", "failed", "failure", "error", "abnormal", "low battery", "vibrating");

    private static readonly byte[][] Off = Words(
        "idle", "no alarm", "no leak", "no leakage", "not triggered", "untriggered", "not detected", "undetected", "release", "released", "installed", "good", "safe",
        "close", "recovered", "no fault", "stable", "high");

    public override ulong Points => PointSet.Of(quantity);

    protected override string Allowed => "true or false, alarm or normal";

    public static bool TryParse(scoped FieldValue value, out bool on)
    {
        if (Flag.TryParse(value, out on))
        {
            return true;
        }
        on = value.IsOneOf(On);
        return value.Kind == FieldValueKind.Text && (on || value.IsOneOf(Off));
    }

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        bool read = TryParse(value, out bool on);
        if (read)
        {
            into.Flag(quantity, on != (quantity == Quantity.Contact));
        }
        return read || value.Is("none"u8);
    }
}

/// <summary>A field called alarm: the device's own alarm, or a text about something else ("power on"), which says nothing.</summary>
internal sealed class OwnAlarm(string name, Quantity? own) : Field(name)
{
    private static readonly byte[][] Faults = Words("device fault", "fault", "sensor fault", "sensor error");
    private static readonly byte[][] NoFaults = Words("device fault recovered", "fault recovered", "sensor fault recovered");

    public override ulong Points => PointSet.Of(Quantity.Fault) | (own is { } quantity ? PointSet.Of(quantity) : 0);

    protected override string Allowed => "true or false, or a word";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (value.IsOneOf(Faults) || value.IsOneOf(NoFaults))
        {
            into.Flag(Quantity.Fault, value.IsOneOf(Faults));
        }
        else if (own is { } quantity && AlarmWord.TryParse(value, out bool on))
        {
            into.Flag(quantity, on != (quantity == Quantity.Contact));
        }
        return true;
    }
}

/// <summary>What happened to a detector, one thing at a time: only "normal" ends what came before.</summary>
internal sealed class EventWord(string name, Quantity own) : Field(name)
{
    private static readonly byte[][] Normal = Words("normal");
    private static readonly byte[][] Low = Words("low battery", "low_battery", "battery low");
    private static readonly byte[][] Off = Words("removed", "tamper", "tampered", "uninstalled", "disassembled");
    private static readonly byte[][] Broken = Words("failover", "failure", "fault", "malfunction", "sensor fault");
    private static readonly byte[][] Silent = Words("silent", "silence", "mute", "muted", "installed", "heartbeat", "periodic");

    public override ulong Points =>
        PointSet.Of(own) | PointSet.Of(Quantity.BatteryLow) | PointSet.Of(Quantity.Tamper) | PointSet.Of(Quantity.Fault) | PointSet.Of(Quantity.Test);

    protected override string Allowed => "alarm, normal, low battery, removed, a test, a failure or silent";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        Quantity? on = value.IsOneOf(Low) ? Quantity.BatteryLow
            : value.IsOneOf(Off) ? Quantity.Tamper
            : value.IsOneOf(Broken) ? Quantity.Fault
            : value.StartsWith("test"u8) ? Quantity.Test : null;
        if (value.IsOneOf(Normal))
        {
            into.Flag(own, own == Quantity.Contact);
            into.Flag(Quantity.BatteryLow, false);
            into.Flag(Quantity.Tamper, false);
            into.Flag(Quantity.Fault, false);
            into.Flag(Quantity.Test, false);
            return true;
        }
        if (on is { } quantity)
        {
            into.Flag(quantity, true);
            return true;
        }
        if (value.IsOneOf(Silent))
        {
            return true;
        }
        bool read = AlarmWord.TryParse(value, out bool alarm);
        if (read)
        {
            into.Flag(own, alarm != (own == Quantity.Contact));
        }
        return read;
    }
}

/// <summary>A press in words, or a button's state.</summary>
internal sealed class Pressed(string name) : Field(name)
{
    private readonly ActionWords _words = new(name, DeviceClass.EmergencyButton);

    public override ulong Points => PointSet.Of(Quantity.Emergency);

    protected override string Allowed => "true or false, or a press";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (value.Kind == FieldValueKind.Text && !value.TryNumber(out _) && !value.Is("true"u8) && !value.Is("false"u8))
        {
            return value.Is("normal"u8) || _words.Read(value, ref into) is null;
        }
        bool read = Flag.TryParse(value, out bool on);
        if (read)
        {
            into.Flag(Quantity.Emergency, on);
        }
        return read;
    }
}

/// <summary>How often somebody was noticed, or a word for whether.</summary>
internal sealed class Counted(string name, Quantity quantity) : Field(name)
{
    private static readonly byte[][] On = Words("occupied", "motion", "present");
    private static readonly byte[][] Off = Words("vacant", "no motion", "absent");

    public override ulong Points => PointSet.Of(quantity);

    protected override string Allowed => "a number, true or false, trigger or normal";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        bool counted = value.TryNumber(out double times) && times >= 0, word = AlarmWord.TryParse(value, out bool on);
        on = counted ? times > 0 : on || value.IsOneOf(On);
        bool read = counted || word || on || value.IsOneOf(Off);
        if (read)
        {
            into.Flag(quantity, on);
        }
        return read;
    }
}

/// <summary>A battery in percent; a few makers give volts under the same name, or say that there is none ("DC powered").</summary>
internal sealed class Charge(string name) : Field(name)
{
    public override ulong Points => PointSet.Of(Quantity.Battery);

    protected override string Allowed => "a number from 0 to 100";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (!value.TryNumber(out double number))
        {
            return value.Kind == FieldValueKind.Text;
        }
        // No percentage has a fraction; no single cell and no pair of them is outside this range.
        if (number is >= 1.5 and <= 4.5 && number != Math.Floor(number))
        {
            into.SecondaryNumber(Quantity.Voltage, number);
            return true;
        }
        if (number is >= 0 and <= 100)
        {
            into.Number(Quantity.Battery, number);
        }
        return number is >= 0 and <= 100 or 255;
    }
}

/// <summary>Volts or millivolts, perhaps with a remark behind them: "2.3(low battery)".</summary>
internal sealed class Volts(string name) : Field(name)
{
    public override ulong Points => PointSet.Of(Quantity.Voltage);

    protected override string Allowed => "a voltage";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (value.Kind is not (FieldValueKind.Number or FieldValueKind.Text) || !Utf8Parser.TryParse(value.Bytes, out double number, out int used))
        {
            return false;
        }
        if (!(number >= 0))
        {
            return false;
        }
        number = number > 600 ? number / 1_000 : number;
        if (value.Bytes[used..].IndexOf("low"u8) >= 0)
        {
            into.Flag(Quantity.BatteryLow, true);
        }
        if (number <= PlausibleRange.Of(Quantity.Voltage).Highest)
        {
            into.SecondaryNumber(Quantity.Voltage, number);
        }
        return true;
    }
}
