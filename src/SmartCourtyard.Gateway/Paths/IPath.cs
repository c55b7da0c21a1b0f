using System.Buffers;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// One way to the duty room that takes custody: what it says is stored is on the duty room's disk. It never throws but for its
/// token, and answers within 10 s.
/// </summary>
internal interface IPath
{
    /// <summary>One word for people, metrics and the log: <c>https</c>, <c>mqtt</c>.</summary>
    string Name { get; }

    /// <summary>Hands a batch on. The bytes are the journal's own.</summary>
    Task<Handover> SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken stop);

    /// <summary>Says that the gateway lives; the answer carries the sequence that the duty room expects next.</summary>
    Task<Handover> BeatAsync(Heartbeat beat, CancellationToken stop);
}

/// <summary>A batch as every path sends it.</summary>
internal static class EventBatch
{
    public static ReadOnlyMemory<byte> Body(IReadOnlyList<StoredEvent> events)
    {
        var body = new ArrayBufferWriter<byte>(events.Sum(e => e.Bytes.Length + 1) + 2);
        body.Write("["u8);
        for (var i = 0; i < events.Count; i++)
        {
            body.Write(i == 0 ? default : ","u8);
            body.Write(events[i].Bytes.Span);
        }

        body.Write("]"u8);
        return body.WrittenMemory;
    }
}
