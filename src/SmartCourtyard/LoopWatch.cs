using System.Globalization;

namespace SmartCourtyard;

/// <summary>A loop that must go on, or alarms stand still behind it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Turns">How often it has turned since the start; it never falls.</param>
/// <param name="Within">It turns at least once in this time.</param>
/// <param name="Rests">Whether it rightly waits, because there is nothing to do.</param>
public sealed record TurningLoop(string Name, Func<long> Turns, TimeSpan Within, Func<bool> Rests);

/// <summary>
/// Judges whether loops still turn, from one look to the next. A timer that ticks beside a loop that hangs says nothing; what counts
/// is that each of them has moved.
/// </summary>
/// <param name="loops">The loops.</param>
/// <param name="lookEvery">How often somebody looks. Looks are counted, not time: while the whole program stood still (a debugger, a stopped machine), none of its loops hung.</param>
public sealed class LoopWatch(IReadOnlyList<TurningLoop> loops, TimeSpan lookEvery)
{
    private readonly (long Turns, int Looks)[] _still = [.. loops.Select(l => (l.Turns(), 0))];
    private volatile string? _stuck;

    /// <summary>Which loop hangs and for how long, in one sentence, as of the last look; null while all of them move.</summary>
    public string? Stuck => _stuck;

    /// <summary>Looks at all loops.</summary>
    /// <returns>What <see cref="Stuck"/> says from now on, and what it said before.</returns>
    public (string? Now, string? Before) Look()
    {
        var before = _stuck;
        string? stuck = null;
        for (var i = 0; i < loops.Count; i++)
        {
            var turns = loops[i].Turns();
            _still[i] = turns != _still[i].Turns || loops[i].Rests() ? (turns, 0) : (turns, _still[i].Looks + 1);
            var still = _still[i].Looks * lookEvery;
            if (still >= loops[i].Within)
            {
                stuck ??= string.Create(CultureInfo.InvariantCulture, $"{loops[i].Name} has not moved for {still.TotalSeconds:F0} s");
            }
        }

        _stuck = stuck;
        return (stuck, before);
    }
}
