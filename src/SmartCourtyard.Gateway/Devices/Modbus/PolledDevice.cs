using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>
/// What one device said last. What changed is handed on at once; what did not is repeated now and then, so that silence is seen and
/// the history does not fill up with one value a second.
/// </summary>
internal sealed class PolledDevice(Device device, OrderedOutput? output = null)
{
    private const int EmptyUntilOffline = 3;
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Quantity, double> _told = [];
    private readonly SortedDictionary<Quantity, double> _read = [];
    private readonly Dictionary<PolledPoint, string> _problems = [];
    private readonly bool _saysFaults = device.Source is ModbusSource source && source.Points.Any(p => p.Quantity == Quantity.Fault);
    private TimeSpan? _toldAt;
    private int _empty;
    private bool? _online;

    public Device Device { get; } = device;

    /// <summary>What moves it; null where it is only heard.</summary>
    public OrderedOutput? Output { get; } = output;

    /// <summary>Whether enough questions in a row brought nothing at all.</summary>
    public bool IsMute => _empty >= EmptyUntilOffline;

    public void Take(PolledPoint point, double value)
    {
        _problems.Remove(point);
        if (point.Role == PointRole.Quantity)
        {
            _read[point.At.Quantity] = value;
            return;
        }

        Output!.Take(point.Role, value);
        if (!_saysFaults)
        {
            // What an actuator does is no quantity; that it can be read is proof of its life.
            _read[Quantity.Fault] = 0;
        }
    }

    /// <summary>Remembers what is wrong with a point; true where it is news.</summary>
    public bool Note(PolledPoint point, string problem)
    {
        if (_problems.TryGetValue(point, out var known) && known == problem)
        {
            return false;
        }

        _problems[point] = problem;
        return true;
    }

    /// <summary>Ends one round of questions: gives out what is to be told of it. True where the device answers after a round without a word.</summary>
    /// <param name="blameLine">Nobody on the line can be heard: this device's silence says nothing about it.</param>
    public bool EndRound(List<Reading> into, DateTimeOffset at, TimeSpan uptime, bool blameLine)
    {
        var isBack = _read.Count > 0 && _empty > 0;
        _empty = _read.Count > 0 ? 0 : _empty + 1;
        if (_read.Count > 0 && _online != true)
        {
            Tell(into, Quantity.Online, 1, at);
            _online = true;
            _toldAt = null;
        }

        if (_toldAt is null || uptime - _toldAt >= RepeatAfter || _read.Any(IsNews))
        {
            TellAll(into, at, uptime);
        }

        _read.Clear();
        if (IsMute && !blameLine && _online != false)
        {
            Tell(into, Quantity.Online, 0, at);
            _online = false;
        }

        return isBack;
    }

    private bool IsNews(KeyValuePair<Quantity, double> read) => !_told.TryGetValue(read.Key, out var told) || told != read.Value;

    private void TellAll(List<Reading> into, DateTimeOffset at, TimeSpan uptime)
    {
        // "Test" first: it may excuse what follows in the same message.
        if (_read.Remove(Quantity.Test, out var test))
        {
            Tell(into, Quantity.Test, test, at);
        }

        foreach (var (quantity, value) in _read)
        {
            Tell(into, quantity, value, at);
            _toldAt = uptime;
        }
    }

    private void Tell(List<Reading> into, Quantity quantity, double value, DateTimeOffset at)
    {
        _told[quantity] = value;
        into.Add(new Reading(Device, quantity, value, at));
    }
}
