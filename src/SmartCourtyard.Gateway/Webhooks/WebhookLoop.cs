using System.Collections.Immutable;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>How a webhook stands.</summary>
/// <param name="IsUp">Its last message was taken, or none had to be sent yet.</param>
/// <param name="Due">How many alarms it must be told of.</param>
/// <param name="LastTaken">When its last message was taken.</param>
/// <param name="Told">How many alarms it was told of since the start.</param>
/// <param name="Detail">What is wrong; null where nothing is.</param>
internal sealed record WebhookStatus(bool IsUp, int Due, DateTimeOffset? LastTaken, long Told, string? Detail);

/// <summary>
/// Tells one target of the alarms that the duty room has not stored in time: each once, retried for ever with growing pauses, never
/// more often than the other side takes. It takes no custody: what it was told still goes to the duty room.
/// </summary>
/// <param name="overdue">Gives the waiting events that wait for so long already and that are wanted, what matters most first.</param>
/// <param name="waiting">How many events wait for the duty room.</param>
internal sealed partial class WebhookLoop(
    WebhookTarget target, IWebhook webhook, Func<TimeSpan, int, Func<StoredEvent, bool>, IReadOnlyList<StoredEvent>> overdue, Func<long> waiting,
    Func<Courtyard> courtyard, string toldFile, HttpMessageInvoker http, TimeProvider time, ILogger<WebhookLoop> logger) : BackgroundService
{
    /// <summary>How many events are remembered as told; far more than wait in an outage that people notice.</summary>
    private const int RememberedAtMost = 20_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Queue<long> _sent = new();
    private ImmutableHashSet<string> _done = [.. ToldFile.Read(toldFile)];
    private (long At, TimeSpan For) _pause = (time.GetTimestamp(), TimeSpan.Zero);
    private int _failures;
    private volatile WebhookStatus _status = new(true, 0, null, 0, null);

    public string Name => target.Name;

    public WebhookStatus Status => _status;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await LookAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once what is due, and tells it.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        if (waiting() == 0 && _done.Count > 0)
        {
            // The duty room has everything: nothing of it is ever told again.
            _done = [];
            Keep();
        }

        var due = Due();
        _status = _status with { Due = due.Count };
        if (due.Count > 0 && time.GetElapsedTime(_pause.At) >= _pause.For && MaySend())
        {
            await SendAsync(due, stop).ConfigureAwait(false);
        }
    }

    private List<AlarmNotice> Due()
    {
        var site = courtyard();
        var due = new List<AlarmNotice>();
        foreach (var e in overdue(target.After, RememberedAtMost, e => e.Rank >= target.Least && !_done.Contains(e.Id)))
        {
            if (Read(e) is { } alarm)
            {
                due.Add(new AlarmNotice(e, alarm, NoticePlaces.Words(site, alarm, target.Language)));
            }
            else
            {
                _done = _done.Add(e.Id);
            }
        }

        return due;
    }

    /// <summary>The alarm, where the event is the beginning of one.</summary>
    private static AlarmData? Read(StoredEvent e)
    {
        var read = JsonSerializer.Deserialize(e.Bytes.Span, CustodyJson.Default.CourtyardEvent)!;
        return read.Type == EventTypes.AlarmRaised ? read.Data.Deserialize(CustodyJson.Default.AlarmData) : null;
    }

    private bool MaySend()
    {
        var (messages, within) = webhook.Rate;
        while (_sent.TryPeek(out var first) && time.GetElapsedTime(first) > within)
        {
            _sent.Dequeue();
        }

        return _sent.Count < messages;
    }

    private async Task SendAsync(List<AlarmNotice> due, CancellationToken stop)
    {
        var site = courtyard();
        var notice = new Notice(site.Id, site.Name, [.. due.Take(webhook.AlarmsAtMost)], time.GetUtcNow(), time.LocalTimeZone);
        _sent.Enqueue(time.GetTimestamp());
        var (answer, told) = await AskAsync(notice, stop).ConfigureAwait(false);
        if (answer.IsTaken)
        {
            _failures = 0;
            Remember([.. notice.Alarms.Take(told).Select(a => a.Event.Id)]);
            _status = new WebhookStatus(true, due.Count - told, notice.Now, _status.Told + told, null);
            LogTold(target.Name, told);
            Keep();
            return;
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(_failures++, 10));
        pause = (pause < LongestPause ? pause : LongestPause) * (0.75 + (Random.Shared.NextDouble() / 4));
        _pause = (time.GetTimestamp(), answer.Wait > pause ? answer.Wait.Value : pause);
        if (_status.Detail != answer.Detail)
        {
            LogNotTold(target.Name, answer.Detail, due.Count);
        }

        _status = _status with { IsUp = false, Detail = answer.Detail };
    }

    private async Task<(WebhookAnswer Answer, int Alarms)> AskAsync(Notice notice, CancellationToken stop)
    {
        var (request, alarms) = webhook.Compose(target, notice);
        using var composed = request;
        using var deadline = new CancellationTokenSource(AnswerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(either.Token).ConfigureAwait(false);
            var answer = webhook.Read(response.StatusCode, body);
            var asked = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - time.GetUtcNow() : null;
            return (answer with { Detail = answer.Detail is { } said ? target.WithoutSecrets(said) : null, Wait = asked > answer.Wait ? asked : answer.Wait ?? asked }, alarms);
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (new WebhookAnswer(false, e is OperationCanceledException ? "no answer within 10 s" : target.WithoutSecrets(e.Message)), 0);
        }
    }

    private void Remember(string[] told) => _done = RememberedAtMost - _done.Count > told.Length ? _done.Union(told) : [.. told];

    private void Keep()
    {
        if (ToldFile.Write(toldFile, [.. _done]) is { } reason)
        {
            LogNotKept(toldFile, reason);
        }
    }

    [LoggerMessage(LogLevel.Warning, "the duty room is late: {Target} was told of {Count} alarms")]
    private partial void LogTold(string target, int count);

    [LoggerMessage(LogLevel.Error, "{Target} cannot be told of alarms: {Reason}; {Due} wait for it")]
    private partial void LogNotTold(string target, string? reason, int due);

    [LoggerMessage(LogLevel.Warning, "what was told cannot be kept in {Path}: {Reason}")]
    private partial void LogNotKept(string path, string reason);
}
