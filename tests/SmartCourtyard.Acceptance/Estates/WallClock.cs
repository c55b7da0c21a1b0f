using System.Buffers.Binary;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>The wall clock of one program; its monotonic clock stays true, as on a machine whose time is set.</summary>
internal sealed class WallClock
{
    private readonly string _file;

    /// <param name="file">Where the distance to the true time is kept.</param>
    /// <param name="environment">Of the program, which must be started with it.</param>
    public WallClock(string file, Dictionary<string, string> environment)
    {
        _file = file;
        Move(TimeSpan.Zero);
        environment["LD_PRELOAD"] = Path.Combine(AppContext.BaseDirectory, "wallclock.so");
        environment["WALLCLOCK"] = file;
    }

    /// <summary>Moves the clock to so much before or behind the true time.</summary>
    public void Move(TimeSpan from)
    {
        // In place: the program has the file mapped.
        using var stream = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Span<byte> seconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(seconds, (long)from.TotalSeconds);
        stream.Write(seconds);
    }

    /// <summary>Sets the clock to a time, from which it goes on.</summary>
    public void Set(DateTimeOffset time) => Move(time - TimeProvider.System.GetUtcNow());
}
