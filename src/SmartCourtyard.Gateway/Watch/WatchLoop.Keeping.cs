using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>What a turn of the loop hands on: to the actuators at once, to the disk, to the log last.</summary>
internal sealed partial class WatchLoop
{
    private void Keep(TaskCompletionSource<bool>? done, List<long> deliveries)
    {
        // Before the disk is asked for anything.
        _acting.Follow(_alarmChanges);
        var entry = Collect(deliveries);
        if (entry.IsEmpty && !_acting.IsWaiting && (done is null || !_outputs.StoreIsBehind()))
        {
            done?.TrySetResult(true);
        }
        else
        {
            // An entry without events still waits for the ones before it: what it repeats may be among them.
            _ = KeepAsync(entry, done);
        }

        TellLog();
    }

    /// <summary>The log is told last: an alarm does not wait for a terminal.</summary>
    private void TellLog()
    {
        foreach (var change in _alarmChanges)
        {
            LogAlarm(change.Step, change.Alarm.Kind, change.Alarm.DeviceId, change.Alarm.Id);
        }

        foreach (var change in _troubleChanges)
        {
            LogTrouble(change.Raised ? "raised" : "cleared", change.Trouble.Reason, change.Trouble.Device?.Id ?? "gateway");
        }

        _alarmChanges.Clear();
        _troubleChanges.Clear();
    }

    private JournalEntry Collect(List<long> deliveries)
    {
        _falseAlarms.Note(_alarmChanges, _clock.Now(), _troubleChanges);
        var latches = _acting.TakeLatches();
        if (_alarmChanges.Count == 0 && _troubleChanges.Count == 0)
        {
            return new JournalEntry { Latches = latches };
        }

        var now = _clock.Now().Time;
        var events = _writer.Events(_alarmChanges, _troubleChanges, now, _clock.State()).ToList();
        var alarms = _alarmChanges.Select(c => c.Alarm).ToArray();
        if (alarms.Length > 0)
        {
            _open = [.. _alarms.Alarms];
        }

        return new JournalEntry { Events = events, Alarms = alarms, Troubles = [.. _troubleChanges], Deliveries = deliveries, Latches = latches };
    }

    private async Task KeepAsync(JournalEntry entry, TaskCompletionSource<bool>? done)
    {
        var waiting = _acting.TakeWaiting();
        try
        {
            var stored = await _outputs.Store(entry).ConfigureAwait(false);
            done?.TrySetResult(stored);
            await _acting.SayAsync(waiting, stored).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops before the disk answered: the giver keeps the message.
            done?.TrySetResult(false);
        }
    }

    [LoggerMessage(LogLevel.Information, "alarm {Step}: {Kind} at {Device} ({AlarmId})")]
    private partial void LogAlarm(AlarmStep step, AlarmKind kind, string device, string alarmId);

    [LoggerMessage(LogLevel.Warning, "trouble {Step}: {Reason} at {Device}")]
    private partial void LogTrouble(string step, TroubleReason reason, string device);
}
