using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SmartCourtyard.Gateway.Site;

/// <summary>One entry of <c>Webhooks</c>: who is told of alarms that the duty room has not stored in time.</summary>
/// <param name="Name"><c>Name</c>; default: the kind and the entry's number.</param>
/// <param name="Kind"><c>Kind</c>: <c>wecom dingtalk feishu json cap</c>.</param>
/// <param name="Url"><c>Url</c>: https; http on this machine only.</param>
/// <param name="Secret"><c>Secret</c>: what signs; a must for <c>json</c>, none for <c>wecom</c>.</param>
/// <param name="After"><c>After</c>: seconds the duty room has, 1 to 3600, default 30.</param>
/// <param name="Least"><c>Least</c>: <c>life</c> (default), <c>property</c> or <c>all</c>.</param>
/// <param name="Language"><c>Language</c>: <c>zh-CN</c> (default) or <c>en</c>.</param>
internal sealed record WebhookAccess(string Name, string Kind, Uri Url, string? Secret, TimeSpan After, string Least, string Language)
{
    private static readonly string[] Keys = ["Name", "Kind", "Url", "Secret", "After", "Least", "Language"];
    private static readonly string[] Kinds = ["wecom", "dingtalk", "feishu", "json", "cap"];
    private static readonly string[] Leasts = ["life", "property", "all"];
    private static readonly string[] Languages = ["zh-CN", "en"];

    // The generated text would show the address and the secret to whoever logs it.
    public override string ToString() => Name;

    /// <summary>Reads all entries; every mistake is named, with its key and what is allowed.</summary>
    public static IReadOnlyList<WebhookAccess> Read(IConfiguration configuration, List<string> mistakes)
    {
        var webhooks = new List<WebhookAccess>();
        foreach (var entry in configuration.GetSection("Webhooks").GetChildren())
        {
            var before = mistakes.Count;
            var webhook = ReadOne(entry, mistakes);
            if (webhooks.Any(w => w.Name == webhook.Name))
            {
                mistakes.Add($"{entry.Path}:Name: '{webhook.Name}' stands there twice: each has a name of its own");
            }

            if (mistakes.Count == before)
            {
                webhooks.Add(webhook);
            }
        }

        return webhooks is [] ? [] : (IReadOnlyList<WebhookAccess>)webhooks;
    }

    private static WebhookAccess ReadOne(IConfigurationSection entry, List<string> mistakes)
    {
        foreach (var key in entry.GetChildren().Select(c => c.Key).Where(k => !Keys.Contains(k, StringComparer.OrdinalIgnoreCase)))
        {
            mistakes.Add($"{entry.Path}:{key}: there is no such key: allowed are {string.Join(", ", Keys)}");
        }

        var kind = Word(entry, "Kind", Kinds, null, mistakes);
        var url = Address(entry, mistakes);
        var secret = entry["Secret"] is { Length: > 0 } given ? given : null;
        if (kind == "json" && secret is null)
        {
            mistakes.Add($"{entry.Path}:Secret: is missing: receivers of json check by it who sent it");
        }
        else if (kind == "wecom" && secret is not null)
        {
            mistakes.Add($"{entry.Path}:Secret: wecom has none: its key stands in the Url");
        }

        return new(
            entry["Name"] is { Length: > 0 } name ? name : $"{kind} {entry.Key}", kind, url, secret, Seconds(entry, mistakes),
            Word(entry, "Least", Leasts, Leasts[0], mistakes), Word(entry, "Language", Languages, Languages[0], mistakes));
    }

    private static string Word(IConfigurationSection entry, string key, string[] allowed, string? otherwise, List<string> mistakes)
    {
        var word = entry[key] is { Length: > 0 } given ? given : otherwise;
        if (word is null || !allowed.Contains(word, StringComparer.Ordinal))
        {
            mistakes.Add($"{entry.Path}:{key}: {(word is null ? "is missing" : $"'{word}' is none of them")}: {string.Join(", ", allowed)}");
        }

        return word ?? "";
    }

    private static Uri Address(IConfigurationSection entry, List<string> mistakes)
    {
        // The address itself is a secret with most of them: it is not repeated.
        if (Uri.TryCreate(entry["Url"], UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)))
        {
            return url;
        }

        mistakes.Add($"{entry.Path}:Url: is no address that may be used: https://…, or http:// on this machine");
        return new Uri("about:blank");
    }

    private static TimeSpan Seconds(IConfigurationSection entry, List<string> mistakes)
    {
        var text = entry["After"] is { Length: > 0 } given ? given : "30";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 3_600)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        mistakes.Add($"{entry.Path}:After: '{text}' is no such time: whole seconds from 1 to 3600");
        return TimeSpan.Zero;
    }
}
