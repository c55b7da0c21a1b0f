using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>
/// What the levels and edges of one line mean. A level that is found when nothing was known before is a state, as a message that a
/// broker kept: smoke that is already there raises its alarm, a button that is already pressed is no press. A level that differs from
/// the one known before an interruption is news, so that a press during it is heard.
/// </summary>
internal sealed class GpioContact(Device device, Quantity quantity)
{
    private readonly bool _momentary = quantity is Quantity.Emergency or Quantity.Fall;
    private bool? _active;
    private bool _saidStuck;
    private uint _sequence;

    public Device Device => device;

    /// <summary>Edges that the kernel dropped because nobody took them in time.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether another is the same contact at the same line, as the site file had it before.</summary>
    public bool IsAs(GpioContact before) =>
        before.Device.Id == device.Id && before.Device.Class == device.Class && before.Device.Source == device.Source;

    /// <summary>Knows what the same contact knew before the site file was read again.</summary>
    public void Follow(GpioContact before) =>
        (_active, _saidStuck, _sequence, Dropped) = (before._active, before._saidStuck, before._sequence, before.Dropped);

    /// <summary>The line was taken (again) and has this level.</summary>
    public void Begin(bool active, DateTimeOffset now, HeardBatch batch)
    {
        _sequence = 0;
        if (_active is not null)
        {
            See(active, now, batch);
            return;
        }

        _active = active;
        Say(batch, quantity, active, now, Origin.Retained);
        Report(now, batch, stuck: false);
    }

    /// <summary>An edge; false where edges before it were dropped, so that the level must be read.</summary>
    public bool Hear(bool active, uint sequence, DateTimeOffset at, HeardBatch batch)
    {
        var missing = sequence - _sequence - 1;
        _sequence = sequence;
        Dropped += missing;
        _active = active;
        Say(batch, quantity, active, at, Origin.Live);
        Free(active, at, batch);
        return missing == 0;
    }

    /// <summary>The level as read: news only where it is not what the edges said.</summary>
    public void See(bool active, DateTimeOffset now, HeardBatch batch)
    {
        if (active == _active)
        {
            Report(now, batch, stuck: false);
            return;
        }

        _active = active;
        Say(batch, quantity, active, now, Origin.Live);
        Free(active, now, batch);
    }

    /// <summary>From time to time: the line is still read. A button that has stayed pressed all the time since the last report is stuck.</summary>
    public void Report(bool active, DateTimeOffset now, HeardBatch batch)
    {
        if (active != _active)
        {
            See(active, now, batch);
        }
        else
        {
            Report(now, batch, stuck: true);
        }
    }

    private void Report(DateTimeOffset now, HeardBatch batch, bool stuck)
    {
        if (!_momentary || _active == false)
        {
            Say(batch, quantity, _active == true, now, Origin.Live);
        }
        else if (stuck && !_saidStuck)
        {
            _saidStuck = true;
            Say(batch, Quantity.Fault, on: true, now, Origin.Live);
        }
    }

    private void Free(bool active, DateTimeOffset at, HeardBatch batch)
    {
        if (_saidStuck && !active)
        {
            _saidStuck = false;
            Say(batch, Quantity.Fault, on: false, at, Origin.Live);
        }
    }

    private void Say(HeardBatch batch, Quantity what, bool on, DateTimeOffset at, Origin origin)
    {
        batch.Open.Add(new Reading(device, what, on ? 1 : 0, at, origin, Momentary: _momentary && what == quantity));
        batch.EndMessage(0, redelivered: false);
    }
}
