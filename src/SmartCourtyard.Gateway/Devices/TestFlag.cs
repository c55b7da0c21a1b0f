using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>Whether a test runs. On some models the field is a knob, and its text is the knob's label: it says nothing.</summary>
internal sealed class TestFlag(string name) : Field(name)
{
    public override ulong Points => PointSet.Of(Quantity.Test);

    protected override string Allowed => "true or false";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (Flag.TryParse(value, out bool on))
        {
            into.Flag(Quantity.Test, on);
            return true;
        }
        return value.Kind == FieldValueKind.Text;
    }
}
