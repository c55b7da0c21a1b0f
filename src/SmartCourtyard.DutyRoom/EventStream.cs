using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom;

/// <summary>Writes a feed to one client as server-sent events: first what it missed, from the log, then what happens.</summary>
internal sealed class EventStream(TimeProvider time, IHostApplicationLifetime lifetime)
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    /// <summary>Reads one page of the log after a position, oldest first; empty at its end.</summary>
    public delegate Task<IReadOnlyList<FeedItem>> ReadPage(long after, CancellationToken cancel);

    /// <param name="http">The client.</param>
    /// <param name="follower">Joined before the log is read, so that nothing falls between the two.</param>
    /// <param name="after">The last position that the client has.</param>
    /// <param name="readPage">The log.</param>
    /// <param name="first">What to say before anything else; null: nothing.</param>
    /// <param name="caughtUp">What to say when the client has all that was missed, given the position reached; null: nothing.</param>
    public async Task WriteAsync(
        HttpContext http, Feed.Follower follower, long after, ReadPage readPage, FeedItem? first = null, Func<long, FeedItem>? caughtUp = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, follower.FellBehind, lifetime.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await WriteAsync(http.Response, first?.Frame ?? [], end.Token);
            var position = await ReplayAsync(http.Response, after, readPage, end.Token);
            await WriteAsync(http.Response, caughtUp?.Invoke(position).Frame ?? ": following\n\n"u8.ToArray(), end.Token);
            await FollowAsync(http.Response, follower, position, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Gone, stopping, or too slow: the client comes back with the last id it has.
            if (follower.FellBehind.IsCancellationRequested)
            {
                http.Abort();
            }
        }
    }

    /// <summary>What the client has already, as its <c>Last-Event-ID</c> says, or <c>?after=</c> where it cannot set a header.</summary>
    public static long? LastEventId(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : request.Query["after"].ToString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    /// <summary>
    /// Whether a position is one of this log's, and not of another that was here before. Who reads the log may know of what was
    /// committed a moment ago before the feed does.
    /// </summary>
    public static async Task<bool> HasAsync(Feed feed, IQueryable<long> log, long position, CancellationToken cancel)
        => position <= feed.LastPosition || position <= (await log.MaxAsync(p => (long?)p, cancel) ?? 0);

    private static async Task<long> ReplayAsync(HttpResponse response, long after, ReadPage readPage, CancellationToken cancel)
    {
        while (await readPage(after, cancel) is { Count: > 0 } page)
        {
            foreach (var item in page)
            {
                await response.Body.WriteAsync(item.Frame, cancel);
                after = item.Position ?? after;
            }

            await response.Body.FlushAsync(cancel);
        }

        return after;
    }

    private async Task FollowAsync(HttpResponse response, Feed.Follower follower, long position, CancellationToken cancel)
    {
        var more = follower.Items.WaitToReadAsync(cancel).AsTask();
        while (true)
        {
            try
            {
                if (!await more.WaitAsync(KeepAlive, time, cancel))
                {
                    return;
                }
            }
            catch (TimeoutException)
            {
                await WriteAsync(response, ": alive\n\n"u8.ToArray(), cancel);
                continue;
            }

            while (follower.Items.TryRead(out var item))
            {
                if (item.Position is null || item.Position > position)
                {
                    await response.Body.WriteAsync(item.Frame, cancel);
                    position = item.Position ?? position;
                }
            }

            await response.Body.FlushAsync(cancel);
            more = follower.Items.WaitToReadAsync(cancel).AsTask();
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] frame, CancellationToken cancel)
    {
        await response.Body.WriteAsync(frame, cancel);
        await response.Body.FlushAsync(cancel);
    }
}
