using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>One message to those who follow, already in the form of a server-sent event.</summary>
/// <param name="Position">Its place in the log; null for what is said to those present and not kept.</param>
/// <param name="For">The gateway it is for; null for consoles.</param>
/// <param name="Frame">The bytes on the wire.</param>
internal sealed record FeedItem(long? Position, string? For, byte[] Frame)
{
    public static FeedItem Of(long? position, string? gateway, string name, string data)
    {
        var id = position is { } p ? string.Create(CultureInfo.InvariantCulture, $"id: {p}\n") : "";
        return new(position, gateway, Encoding.UTF8.GetBytes($"{id}event: {name}\ndata: {data}\n\n"));
    }
}

/// <summary>
/// Tells those who follow a log what was just committed. Each follower has a bounded queue; one that does not keep up is let go
/// and resumes from the log.
/// </summary>
internal sealed class Feed
{
    public const int QueueLimit = 1024;

    private readonly ConcurrentDictionary<Follower, byte> followers = new();
    private long lastPosition;

    /// <summary>Everything up to here is committed and was handed to the followers.</summary>
    public long LastPosition => Interlocked.Read(ref lastPosition);

    public int Followers => followers.Count;

    /// <summary>Those of them that show to a person what they follow.</summary>
    public int People => followers.Keys.Count(f => f.IsPerson);

    public void StartAt(long position) => Interlocked.Exchange(ref lastPosition, position);

    public void Publish(FeedItem item)
    {
        foreach (var (follower, _) in followers)
        {
            follower.Offer(item);
        }

        if (item.Position is { } position)
        {
            Interlocked.Exchange(ref lastPosition, position);
        }
    }

    public Follower Follow(string? gateway, bool isPerson = false)
    {
        var follower = new Follower(gateway, isPerson, f => followers.TryRemove(f, out _));
        followers[follower] = 0;
        return follower;
    }

    internal sealed class Follower(string? gateway, bool isPerson, Action<Follower> leave) : IDisposable
    {
        public bool IsPerson => isPerson;

        private readonly Channel<FeedItem> queue = Channel.CreateBounded<FeedItem>(
            new BoundedChannelOptions(QueueLimit) { SingleReader = true, SingleWriter = false });

        private readonly CancellationTokenSource fellBehind = new();

        public ChannelReader<FeedItem> Items => queue.Reader;

        /// <summary>Cancelled when the queue is full: whoever writes to a stuck connection must be freed.</summary>
        public CancellationToken FellBehind => fellBehind.Token;

        public void Offer(FeedItem item)
        {
            if ((item.For is null || item.For == gateway) && !queue.Writer.TryWrite(item))
            {
                queue.Writer.TryComplete();
                _ = fellBehind.CancelAsync();
            }
        }

        public void Dispose()
        {
            leave(this);
            queue.Writer.TryComplete();
        }
    }
}
