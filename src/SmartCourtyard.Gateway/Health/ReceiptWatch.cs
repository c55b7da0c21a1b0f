using SmartCourtyard.Alarms;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Health;

/// <summary>
/// Holds the duty room to its receipts as the gateway sees them: an alarm is stored there within 10 s, and shown there within 15 s
/// after that. What is overdue is one trouble a receipt, however many alarms wait for it.
/// </summary>
/// <param name="alarms">The alarms that are not done with.</param>
/// <param name="tell">Begins or ends the trouble of one receipt, with its sentence.</param>
internal sealed class ReceiptWatch(
    Func<IReadOnlyList<Alarm>> alarms, Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> tell, TimeProvider time) : BackgroundService
{
    /// <summary>An answer that has not come within 10 s does not come (GB/T 26875.3, 6.5).</summary>
    public static readonly TimeSpan StoredWithin = TimeSpan.FromSeconds(10);

    /// <summary>As long as the duty room gives its own consoles.</summary>
    public static readonly TimeSpan ShownWithin = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Id, bool Stored), long> _since = [];
    // A site file that is read again forgets troubles of parts that it does not know.
    private const int LooksToRepeat = 30;

    private readonly Dictionary<string, int> _overdue = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await LookAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    public async ValueTask LookAsync(CancellationToken stop)
    {
        // What a technician tests waits for nobody.
        var waiting = alarms().Where(a => a is { IsOpen: true, Test: false } && a.Receipts is { Shown: null, Acknowledged: null }).ToList();
        foreach (var gone in _since.Keys.Except(waiting.Select(a => (a.Id, a.Receipts.Stored is not null))).ToList())
        {
            _since.Remove(gone);
        }

        var stored = waiting.Where(a => a.Receipts.Stored is null && IsOver(a, StoredWithin)).ToList();
        var shown = waiting.Where(a => a.Receipts.Stored is not null && IsOver(a, ShownWithin)).ToList();
        await TellAsync("stored", stored, "not stored in the duty room", stop).ConfigureAwait(false);
        await TellAsync("shown", shown, "stored in the duty room, but shown on no board there", stop).ConfigureAwait(false);
    }

    private bool IsOver(Alarm alarm, TimeSpan within)
    {
        var key = (alarm.Id, alarm.Receipts.Stored is not null);
        if (!_since.TryGetValue(key, out var since))
        {
            _since[key] = since = time.GetTimestamp();
        }

        return time.GetElapsedTime(since) >= within;
    }

    private bool IsNews(string receipt)
    {
        var looks = _overdue.GetValueOrDefault(receipt, -1) + 1;
        _overdue[receipt] = looks % LooksToRepeat;
        return looks % LooksToRepeat == 0;
    }

    private async ValueTask TellAsync(string receipt, List<Alarm> overdue, string what, CancellationToken stop)
    {
        if (overdue.Count == 0 ? !_overdue.Remove(receipt) : !IsNews(receipt))
        {
            return;
        }

        var detail = overdue.MinBy(a => a.RaisedAt) is { } oldest
            ? string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{overdue.Count} of the alarms here are {what}, the oldest that of {oldest.DeviceId} from {oldest.RaisedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: call the duty room")
            : null;
        await tell(TroubleReason.ReceiptOverdue, "receipt " + receipt, overdue.Count > 0, detail, stop).ConfigureAwait(false);
    }
}
