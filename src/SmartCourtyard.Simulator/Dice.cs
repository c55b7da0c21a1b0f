namespace SmartCourtyard.Simulator;

/// <summary>SplitMix64: a small generator whose numbers are the same on every machine and every runtime for one seed.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Dice of a named thing's own, so that adding a device leaves the others' numbers as they were.</summary>
    public static Dice For(int seed, string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in name)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return new Dice(hash + ((ulong)(uint)seed * 0x9E3779B97F4A7C15UL));
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>At least 0, less than 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + (Fraction() * (high - low));

    public int Below(int count) => (int)(Next() % (ulong)count);
}
