using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// What a person did to a device. A call for help that nobody can mistake counts from any device; a plain press counts only from
/// a device that the site file calls an emergency button.
/// </summary>
internal sealed class ActionWords(string name, DeviceClass deviceClass) : Field(name)
{
    private static readonly byte[][] Calls = Words("emergency", "panic", "sos");

    private static readonly byte[][] Presses = Words(
        "emergency", "panic", "sos", "single", "double", "triple", "quadruple", "quad", "penta", "many", "hold", "held", "long", "short", "press", "pressed",
        "click", "clicked", "button", "push", "pushed", "tap", "on", "toggle", "alarm", "call", "help", "pull", "pulled");

    private static readonly byte[][] NoPresses = Words(
        "release", "released", "off", "cancel", "canceled", "cancelled", "clear", "cleared", "stop", "end", "none", "idle", "arm", "armed",
        "disarm", "disarmed", "exit", "entry", "identify", "invalid", "not", "already", "brightness", "color", "rotate", "recall", "scene");

    private static readonly byte[][] Shakes = Words("vibration");

    public override ulong Points => deviceClass == DeviceClass.EmergencyButton ? PointSet.Of(Quantity.Emergency) : 0;

    protected override string Allowed => "a press that is known from emergency buttons, or one of arm, disarm, release, off";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (value.Kind != FieldValueKind.Text)
        {
            return false;
        }
        if (value.IsOneOf(Calls))
        {
            into.Press(Quantity.Emergency);
            return true;
        }
        if (deviceClass == DeviceClass.Vibration && value.IsOneOf(Shakes))
        {
            into.Press(Quantity.Vibration);
        }
        return deviceClass != DeviceClass.EmergencyButton || TryPress(value, ref into);
    }

    private static bool TryPress(scoped FieldValue value, ref GatheredValues into)
    {
        bool pressed = false, no = false;
        foreach (Range range in value.SubWords())
        {
            ReadOnlySpan<byte> word = value.Part(range);
            pressed |= IsOneOf(word, Presses);
            no |= IsOneOf(word, NoPresses);
        }
        if (pressed && !no)
        {
            into.Press(Quantity.Emergency);
        }
        return pressed || no;
    }
}
