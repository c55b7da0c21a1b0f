using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>
/// One actuator on a bus: what it was ordered last, and what its registers say that it does. The slave's word that it took an order
/// counts for nothing; what is read back does.
/// </summary>
internal sealed class OrderedOutput(Device device, ModbusOutput at, ModbusSlave slave)
{
    private readonly PolledPoint[] _points = [.. PolledPoint.Of(device).Where(p => p.Role != PointRole.Quantity)];
    private double? _output;
    private double? _moved;

    public Device Device => device;

    public ModbusOutput At => at;

    public ModbusSlave Slave => slave;

    /// <summary>What it must do; null before the first order.</summary>
    public bool? Ordered { get; set; }

    /// <summary>The slave knows only the function that writes several.</summary>
    public bool WritesMany { get; set; }

    /// <summary>What to write for the order.</summary>
    public ushort Value => Ordered == true ? at.On : at.Off;

    /// <summary>What must be read back after an order.</summary>
    public IEnumerable<PolledPoint> ReadBack => _points.Where(p => p.Role == PointRole.Output || MustMove);

    public string Where => _points[0].Where;

    // A valve is let go and opened by a person at it, who may take an hour: its switch has nothing to confirm then.
    private bool MustMove => at.Feedback is not null && (Ordered == true || device.Class != DeviceClass.GasValve);

    /// <summary>Whether everything has been read that the device's word is made of, since the last <see cref="Forget"/>.</summary>
    private bool IsKnown => _output is not null && (_moved is not null || !MustMove);

    /// <summary>What the device says that it does (sounding, closed, lit); null where nothing was ordered or too little is read.</summary>
    public bool? Says => Ordered is { } ordered && IsKnown ? Missing is null ? ordered : !ordered : null;

    /// <summary>What it lacks to do as ordered, as a part of a sentence; null where it does.</summary>
    public string? Missing
    {
        get
        {
            if (_output != Value)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Where} takes the order and reads {_output} again, not {Value}");
            }

            return MustMove && (_moved == 1) != Ordered
                ? $"{Where} is written, and {_points[1].Where} says that it has not {(device.Class == DeviceClass.GasValve ? "closed" : "moved")}"
                : null;
        }
    }

    public void Take(PointRole role, double value)
    {
        if (role == PointRole.Output)
        {
            _output = value;
        }
        else
        {
            _moved = value;
        }
    }

    /// <summary>What was read is of no worth any more: a new round begins, or something else was written since.</summary>
    public void Forget() => (_output, _moved) = (null, null);

    /// <summary>After an order and all that could be read back.</summary>
    public Carried Outcome() => Missing is not { } missing ? Carried.Confirmed : _output == Value ? Carried.NotYet(missing) : Carried.Failed(missing);
}
