using System.Net.ServerSentEvents;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// Listens to the duty room's commands, from the last one answered on, and hands each to the watch. Orders (by their type) are
/// carried out first, one after the other, and give back why they failed, or null: so each is answered before the next is known.
/// </summary>
internal sealed partial class CommandStream(
    DutyRoomClient dutyRoom, string? bookmark, Func<DutyCommand, CancellationToken, ValueTask> receive,
    IReadOnlyDictionary<string, Func<CommandBody, CancellationToken, ValueTask<string?>>> orders, TimeProvider time,
    ILogger<CommandStream> logger) : BackgroundService
{
    // The duty room sends a sign of life every 15 s; three missed ones end the wait.
    private static readonly TimeSpan SilentAtMost = TimeSpan.FromSeconds(45);

    private string? _bookmark = bookmark;
    private int _failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var stream = await dutyRoom.OpenCommandsAsync(_bookmark, stoppingToken).ConfigureAwait(false);
            if (stream is not null)
            {
                await using (stream.ConfigureAwait(false))
                {
                    await ListenAsync(stream, stoppingToken).ConfigureAwait(false);
                }
            }

            await Task.Delay(Backoff.Delay(++_failures, Random.Shared.NextDouble(), null), time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ListenAsync(Stream stream, CancellationToken stop)
    {
        using var silent = new CancellationTokenSource(SilentAtMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, silent.Token);
        try
        {
            await foreach (var item in SseParser.Create(new NoticedStream(stream, () => silent.CancelAfter(SilentAtMost)))
                .EnumerateAsync(either.Token).ConfigureAwait(false))
            {
                _failures = 0;
                if (item.EventId is { Length: > 0 } id)
                {
                    await TakeAsync(id, item.EventType, item.Data, stop).ConfigureAwait(false);
                    _bookmark = id;
                }
            }
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The stream broke; the bookmark brings the rest.
        }
    }

    private async ValueTask TakeAsync(string id, string type, string data, CancellationToken stop)
    {
        CommandBody? body = null;
        try
        {
            body = JsonSerializer.Deserialize(data, PathsJson.Default.CommandBody);
        }
        catch (JsonException e)
        {
            LogUnreadable(type, id, e.Message);
        }

        var kind = type switch
        {
            "alarm.stored" => ReceiptKind.Stored,
            "alarm.shown" => ReceiptKind.Shown,
            "alarm.acknowledged" => ReceiptKind.Acknowledged,
            "alarm.resolved" => ReceiptKind.Resolved,
            _ => (ReceiptKind?)null,
        };
        var failure = body is null || (kind is not null && body.AlarmId is null) ? "unreadable"
            : kind is not null ? null
            : orders.TryGetValue(type, out var order) ? await order(body, stop).ConfigureAwait(false)
            : "not-supported";
        var command = new DutyCommand(
            id, body?.Id ?? id, type, kind ?? ReceiptKind.Stored, kind is null ? null : body?.AlarmId, body?.At ?? time.GetUtcNow(), failure,
            body?.Consoles, body?.By);
        await receive(command, stop).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "command {Type} ({Id}) cannot be read: {Reason}")]
    private partial void LogUnreadable(string type, string id, string reason);

    /// <summary>Tells of every read, comments included, which the parser keeps to itself.</summary>
    private sealed class NoticedStream(Stream inner, Action noticed) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            noticed();
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
