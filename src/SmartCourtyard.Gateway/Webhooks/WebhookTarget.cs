using System.Globalization;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>Somebody who is told of alarms that the duty room has not stored in time.</summary>
/// <param name="Name">What people call it; it stands in the log and on the page in the place of its address.</param>
/// <param name="Url">Where it listens. It may hold a secret, so it is never shown.</param>
/// <param name="Secret">What requests are signed with; null where nothing is signed.</param>
/// <param name="After">How long the duty room has before it is told.</param>
/// <param name="Least">Alarms of a lower rank are not told.</param>
/// <param name="Language">The language of its readers.</param>
internal sealed record WebhookTarget(string Name, Uri Url, string? Secret, TimeSpan After, EventRank Least, CultureInfo Language)
{
    // The generated text would show the address and the secret to whoever logs it.
    public override string ToString() => Name;

    /// <summary>What others said about a request, without what must not be shown should they have repeated it.</summary>
    public string WithoutSecrets(string said)
    {
        foreach (var secret in Secrets())
        {
            said = said.Replace(secret, "…", StringComparison.Ordinal);
        }

        return said.Length > 300 ? said[..300] : said;
    }

    private IEnumerable<string> Secrets()
    {
        var hidden = Url.Query.TrimStart('?').Split('&').Select(pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..])
            .Append(Url.Segments[^1].Trim('/')).Append(Secret ?? "");
        return hidden.Where(s => s.Length >= 8);
    }
}

/// <summary>One alarm as it is told to people outside.</summary>
/// <param name="Event">The event as the journal has it.</param>
/// <param name="Data">What it says.</param>
/// <param name="Where">The place in people's words.</param>
internal sealed record AlarmNotice(StoredEvent Event, AlarmData Data, string Where);

/// <summary>What is told at once, and to which readers.</summary>
/// <param name="Courtyard">The courtyard's id.</param>
/// <param name="Name">What people call the courtyard.</param>
/// <param name="Alarms">The alarms, what matters most first; at least one.</param>
/// <param name="Now">The time.</param>
/// <param name="Zone">Where the readers are.</param>
internal sealed record Notice(string Courtyard, string Name, IReadOnlyList<AlarmNotice> Alarms, DateTimeOffset Now, TimeZoneInfo Zone);
