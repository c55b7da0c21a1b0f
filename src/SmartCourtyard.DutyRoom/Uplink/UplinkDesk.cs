using SmartCourtyard.Custody;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.DutyRoom.Uplink;

/// <summary>What the rest of the duty room does for what comes through a broker.</summary>
/// <param name="Tokens">SHA-256 of the tokens of a gateway; none where it is not known.</param>
/// <param name="Take">Does what the call (<c>events</c>, <c>heartbeat</c>) of a gateway asks for; comes back after the commit.</param>
internal sealed record UplinkTakers(
    Func<string, IReadOnlyList<byte[]>> Tokens, Func<string, string, ReadOnlyMemory<byte>, Task<UplinkAnswer>> Take);

/// <summary>
/// Judges what comes through a broker that is not ours: who wrote it, when, and whether for the first time; then takes it as if it
/// had come over HTTP, and seals the answer.
/// </summary>
internal sealed partial class UplinkDesk(UplinkTakers takers, UplinkCounters counters, TimeProvider time, ILogger<UplinkDesk> logger)
{
    private readonly Replays replays = new(time);

    /// <summary>The answer to a message and where it goes; null where there is none to give.</summary>
    public async Task<(string Topic, ReadOnlyMemory<byte> Body, MqttPublishProperties Properties)?> AnswerAsync(MqttMessage message)
    {
        if (Question.Read(message) is not { } question)
        {
            Refuse("form", message.Topic);
            return null;
        }

        var seals = takers.Tokens(question.Gateway).Select(t => new UplinkSeal(t)).ToList();
        UplinkSeal? own = null;
        foreach (var seal in seals)
        {
            // All of them, always: how long it takes says nothing about which one was near.
            own = question.IsSealedWith(seal) ? seal : own;
        }

        if (own is null)
        {
            Refuse("seal", message.Topic);
            // Whoever wrote it cannot read a seal of ours either; that an answer comes at all tells a technician where to look.
            return Seal(seals.FirstOrDefault(), question, UplinkAnswer.Of(new(401, "Not known", "No gateway of this id has this token.")));
        }

        return await JudgeAsync(question) is { } answer ? Seal(own, question, answer) : null;
    }

    private async Task<UplinkAnswer?> JudgeAsync(Question question)
    {
        switch (replays.Judge(question.Gateway, question.Time, Convert.ToHexStringLower(question.Nonce.Span)))
        {
            case Freshness.Stale:
                Refuse("time", question.Gateway);
                return UplinkAnswer.Of(new(401, "Not of now", $"The time of the message is more than {Replays.Window.TotalSeconds} s from the duty room's."));
            case Freshness.Replayed:
                // It was answered when it came first. A second answer would only help whoever says it again.
                Refuse("replay", question.Gateway);
                return null;
            case Freshness.TooMany:
                Refuse("too-many", question.Gateway);
                return UplinkAnswer.Of(new(429, "Too many", "So many messages of this gateway came within two minutes that no more are taken.")
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                });
            default:
                counters.Take();
                return await TakeAsync(question);
        }
    }

    private async Task<UplinkAnswer> TakeAsync(Question question)
    {
        try
        {
            return await takers.Take(question.Gateway, question.Call, question.Body);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // As over HTTP: a fault of ours with one message must not come back for ever with its redelivery and stop all others.
            LogFault(e, question.Gateway, question.Call);
            return UplinkAnswer.Of(new(500, "A fault of ours", "The duty room could not do this; its log says why."));
        }
    }

    private (string Topic, ReadOnlyMemory<byte> Body, MqttPublishProperties Properties) Seal(UplinkSeal? seal, Question question, UplinkAnswer answer)
    {
        var now = replays.Now.ToUnixTimeMilliseconds();
        int? wait = answer.RetryAfter is { } pause ? (int)Math.Ceiling(pause.TotalSeconds) : null;
        List<MqttUserProperty> properties = [new(UplinkSeal.StatusProperty, Text(answer.Status)), new(UplinkSeal.TimeProperty, Text(now))];
        if (wait is { } seconds)
        {
            properties.Add(new(UplinkSeal.RetryAfterProperty, Text(seconds)));
        }

        if (seal is not null)
        {
            properties.Add(new(
                UplinkSeal.SealProperty, seal.Answer(question.Gateway, answer.Status, wait, now, question.Nonce.Span, answer.Body.Span)));
        }

        return (question.AnswerTo, answer.Body, new()
        {
            CorrelationData = question.Nonce, Expiry = TimeSpan.FromSeconds(10), UserProperties = properties,
        });
    }

    private void Refuse(string why, string what)
    {
        if (counters.Refuse(why))
        {
            LogRefused(why, what);
        }
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Call} of {Gateway}, which came through the broker, could not be done")]
    private partial void LogFault(Exception e, string gateway, string call);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message through the broker is refused ({Why}): {What}; further ones of this kind are only counted")]
    private partial void LogRefused(string why, string what);
}
