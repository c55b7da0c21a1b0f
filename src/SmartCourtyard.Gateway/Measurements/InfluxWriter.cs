using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Measurements;

/// <summary>Where the telemetry store is and who writes.</summary>
internal sealed record InfluxOptions(Uri Url, string Org, string Bucket, string Token);

/// <summary>
/// Writes readings by InfluxDB's v2 write API in gzipped batches. While the store is away the feed drops its oldest readings and
/// counts them; the local history keeps them all.
/// </summary>
internal sealed partial class InfluxWriter : BackgroundService
{
    // The vendor's advice: 5,000 lines a batch.
    private const int LinesAtOnce = 5_000;
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitAtMost = TimeSpan.FromSeconds(30);

    private readonly ReadingFeed _feed;
    private readonly LineProtocol _lines;
    private readonly TimeProvider _time;
    private readonly ILogger<InfluxWriter> _logger;
    private readonly HttpClient _http;
    private readonly Uri _target;
    private long _written;
    private long _refused;
    private HttpStatusCode? _said = HttpStatusCode.NoContent;

    public InfluxWriter(InfluxOptions options, string courtyardId, ReadingFeed feed, TimeProvider time, ILogger<InfluxWriter> logger)
    {
        (_feed, _time, _logger, _lines) = (feed, time, logger, new LineProtocol(courtyardId));
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Token", options.Token);
        _target = new Uri(options.Url, string.Concat(
            "api/v2/write?org=", Uri.EscapeDataString(options.Org), "&bucket=", Uri.EscapeDataString(options.Bucket), "&precision=ms"));
    }

    /// <summary>Readings that the store has confirmed.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Readings that the store will never take.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batches = new List<HeardBatch>();
        while (true)
        {
            batches.Clear();
            await _feed.TakeAsync(batches, Gather, LinesAtOnce, _time, stoppingToken).ConfigureAwait(false);
            var count = batches.Sum(b => b.Readings.Count);
            await DeliverAsync(Compress(batches), count, stoppingToken).ConfigureAwait(false);
        }
    }

    private ReadOnlyMemory<byte> Compress(List<HeardBatch> batches)
    {
        var text = new ArrayBufferWriter<byte>(64 * 1024);
        foreach (var batch in batches)
        {
            foreach (var reading in batch.Readings)
            {
                _lines.Write(in reading, text);
            }
        }

        using var packed = new MemoryStream(text.WrittenCount / 8);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text.WrittenSpan);
        }

        return packed.ToArray();
    }

    private async Task DeliverAsync(ReadOnlyMemory<byte> body, int count, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            var (status, wait) = await PostAsync(body, stop).ConfigureAwait(false);
            NoteChange(status);
            if (status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices)
            {
                Interlocked.Add(ref _written, count);
                return;
            }

            if (status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge)
            {
                Interlocked.Add(ref _refused, count);
                return;
            }

            var pause = TimeSpan.FromSeconds(Math.Min(WaitAtMost.TotalSeconds, Math.Pow(2, Math.Min(tries, 6)) / 2));
            await Task.Delay(wait ?? pause, _time, stop).ConfigureAwait(false);
        }
    }

    private async Task<(HttpStatusCode? Status, TimeSpan? Wait)> PostAsync(ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _target) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var deadline = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            return (response.StatusCode, response.Headers.RetryAfter?.Delta);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (null, null);
        }
    }

    private void NoteChange(HttpStatusCode? status)
    {
        if (status != _said)
        {
            _said = status;
            LogAnswer(status?.ToString() ?? "cannot be reached", _feed.Dropped);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the telemetry store: {Answer}; {Dropped} readings dropped so far")]
    private partial void LogAnswer(string answer, long dropped);
}
