using System.Globalization;

namespace SmartCourtyard.Simulation;

/// <summary>What happened, in order: a fingerprint of it always, the words where they are wanted.</summary>
internal sealed class Trace(bool keepWords)
{
    private const ulong Prime = 1099511628211;
    private readonly List<string> _lines = [];

    /// <summary>The same for two runs only if the same things happened at the same times.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    public long Count { get; private set; }

    public IReadOnlyList<string> Lines => _lines;

    public void Note(TimeSpan at, string where, string what, long number = 0, string? detail = null)
    {
        Count++;
        Mix(at.Ticks);
        Mix(where);
        Mix(what);
        Mix(number);
        Mix(detail);
        if (keepWords)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,12:F6}  {where,-9} {what}{(number == 0 ? "" : $" {number}")}{(detail is null ? "" : ": " + detail)}"));
        }
    }

    /// <summary>Words that are no part of the fingerprint.</summary>
    public void Say(TimeSpan at, string where, string what)
        => _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,12:F6}  {where,-9} {what}"));

    private void Mix(long number)
    {
        for (var i = 0; i < 8; i++)
        {
            Fingerprint = (Fingerprint ^ (byte)(number >> (8 * i))) * Prime;
        }
    }

    private void Mix(string? text)
    {
        foreach (var c in text ?? "")
        {
            Fingerprint = (Fingerprint ^ c) * Prime;
        }

        Fingerprint *= Prime;
    }
}
