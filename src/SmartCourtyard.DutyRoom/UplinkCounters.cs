using System.Collections.Concurrent;

namespace SmartCourtyard.DutyRoom;

/// <summary>What came through the broker elsewhere, and why what was not taken was not. Null until there is such a broker.</summary>
internal sealed class UplinkCounters
{
    private readonly ConcurrentDictionary<string, long> refused = new(StringComparer.Ordinal);
    private long taken;

    public bool IsConfigured { get; set; }

    /// <summary>Whether the broker has let us in and gives us what gateways publish.</summary>
    public bool IsUp { get; set; }

    public long Taken => Interlocked.Read(ref taken);

    /// <summary>By the word that says why: seal, time, replay, form, too-many.</summary>
    public IEnumerable<KeyValuePair<string, long>> Refused => refused.OrderBy(r => r.Key, StringComparer.Ordinal);

    public void Take() => Interlocked.Increment(ref taken);

    /// <summary>True for the first of its kind.</summary>
    public bool Refuse(string why) => refused.AddOrUpdate(why, 1, (_, n) => n + 1) == 1;
}
