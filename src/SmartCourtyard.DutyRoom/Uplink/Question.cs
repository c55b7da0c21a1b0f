using System.Globalization;
using System.Text.RegularExpressions;
using SmartCourtyard.Custody;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.DutyRoom.Uplink;

/// <summary>What is said to a question, with the status that it would have over HTTP.</summary>
internal sealed record UplinkAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter = null)
{
    public static UplinkAnswer Of(Problem problem) => new(problem.Status, problem.Bytes(), problem.RetryAfter);
}

/// <summary>What a gateway sent through the broker, as far as it has the form that was agreed.</summary>
internal sealed partial record Question(
    string Gateway, string Call, long Time, ReadOnlyMemory<byte> Nonce, string Seal, string AnswerTo, ReadOnlyMemory<byte> Body)
{
    /// <summary>Null where it has not; such a thing is not answered, for nobody knows where to.</summary>
    public static Question? Read(in MqttMessage message)
    {
        var topic = Topic().Match(message.Topic);
        string? seal = null, time = null;
        foreach (var property in message.UserProperties)
        {
            seal = property.Name == UplinkSeal.SealProperty ? property.Value : seal;
            time = property.Name == UplinkSeal.TimeProperty ? property.Value : time;
        }

        var gateway = topic.Groups[1].Value;
        var answerTo = UplinkSeal.Topic(gateway, "answers");
        // State that a broker kept is no news, and an answer goes to the gateway's own topic or nowhere.
        return topic.Success && !message.Retain && message.ResponseTopic == answerTo && message.CorrelationData.Length == UplinkSeal.NonceBytes
            && seal is not null && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? new(gateway, topic.Groups[2].Value, milliseconds, message.CorrelationData, seal, answerTo, message.Payload)
                : null;
    }

    public bool IsSealedWith(UplinkSeal seal) => UplinkSeal.Same(seal.Request(Gateway, Call, Time, Nonce.Span, Body.Span), Seal);

    [GeneratedRegex("^smartcourtyard/gateways/([a-z0-9-]{1,64})/(events|heartbeat)$")]
    private static partial Regex Topic();
}
