using System.Net;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>One format in which alarms are told to somebody who takes no custody of them.</summary>
internal interface IWebhook
{
    /// <summary>How many alarms one message may hold.</summary>
    int AlarmsAtMost { get; }

    /// <summary>How many messages within which time the other side takes; further ones are held back here.</summary>
    (int Messages, TimeSpan Within) Rate { get; }

    /// <summary>Makes a request of as many alarms as fit, and says how many. It is made anew for each try: a signature holds its time.</summary>
    (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice);

    /// <summary>Reads what was answered.</summary>
    WebhookAnswer Read(HttpStatusCode status, string body);
}

/// <summary>What the other side made of a message.</summary>
/// <param name="IsTaken">It has it.</param>
/// <param name="Detail">Otherwise why not, in one sentence; null where it has it.</param>
/// <param name="Wait">How long it must be left alone, or null.</param>
internal sealed record WebhookAnswer(bool IsTaken, string? Detail = null, TimeSpan? Wait = null)
{
    public static readonly WebhookAnswer Taken = new(true);

    /// <summary>What a status alone says.</summary>
    public static WebhookAnswer Of(HttpStatusCode status, string? said = null) => (int)status is >= 200 and < 300
        ? Taken
        : new(false, $"it answered {(int)status} {status}{(string.IsNullOrEmpty(said) ? "" : ": " + said)}", status == HttpStatusCode.TooManyRequests ? TimeSpan.FromMinutes(1) : null);
}
