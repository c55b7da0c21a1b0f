using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>A robot in a group of WeCom (企业微信). Its key stands in the address; it signs nothing.</summary>
internal sealed class WeComWebhook : IWebhook
{
    // developer.work.weixin.qq.com/document/path/91770: a text has 2048 bytes of UTF-8 at most, a robot sends 20 messages a minute.
    private const int TextBytes = 2_048;
    private const int TooOften = 45_009;

    public int AlarmsAtMost => 50;

    public (int Messages, TimeSpan Within) Rate => (20, TimeSpan.FromMinutes(1));

    public (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice)
    {
        var (text, alarms) = WebhookText.Of(notice, target.Language, TextBytes);
        return (Chat.Post(target.Url, JsonSerializer.SerializeToUtf8Bytes(new WeComMessage("text", new WeComText(text, ["@all"])), ChatJson.Default.WeComMessage)), alarms);
    }

    public WebhookAnswer Read(HttpStatusCode status, string body) => Chat.Read(status, body, said => said.Errcode, said => said.Errmsg, code => code == TooOften ? TimeSpan.FromMinutes(1) : null);
}

/// <summary>A robot in a group of DingTalk (钉钉), which signs the time with its secret where it has one.</summary>
internal sealed class DingTalkWebhook : IWebhook
{
    // open.dingtalk.com, custom robots: 20 messages a minute; more, and nothing is taken for ten minutes. A message has 20 kB at most.
    private const int TextBytes = 18_000;
    private static readonly int[] TooOften = [130_101, 302_033, 410_100];

    public int AlarmsAtMost => 200;

    public (int Messages, TimeSpan Within) Rate => (20, TimeSpan.FromMinutes(1));

    /// <summary>The signature of a moment: HMAC-SHA256 of "milliseconds, line feed, secret" with the secret as the key, in base64.</summary>
    public static string Sign(string secret, long milliseconds) => Convert.ToBase64String(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{milliseconds}\n{secret}"))));

    public (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice)
    {
        var url = target.Url;
        if (target.Secret is { } secret)
        {
            var now = notice.Now.ToUnixTimeMilliseconds();
            var signed = string.Create(CultureInfo.InvariantCulture, $"timestamp={now}&sign={Uri.EscapeDataString(Sign(secret, now))}");
            url = new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{signed}" : signed }.Uri;
        }

        var (text, alarms) = WebhookText.Of(notice, target.Language, TextBytes);
        var message = new DingTalkMessage("text", new DingTalkText(text), new DingTalkAt(true));
        return (Chat.Post(url, JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Default.DingTalkMessage)), alarms);
    }

    public WebhookAnswer Read(HttpStatusCode status, string body) => Chat.Read(
        status, body, said => said.Errcode, said => said.Errmsg, code => TooOften.Contains(code) ? TimeSpan.FromMinutes(10) : null);
}

/// <summary>A robot in a group of Feishu (飞书), which signs the time with its secret where it has one.</summary>
internal sealed class FeishuWebhook : IWebhook
{
    // open.feishu.cn, custom bots: 100 messages a minute and 5 a second, a request of 20 kB at most.
    private const int TextBytes = 18_000;
    private const int TooOften = 11_232;

    public int AlarmsAtMost => 200;

    public (int Messages, TimeSpan Within) Rate => (100, TimeSpan.FromMinutes(1));

    /// <summary>The signature of a moment: HMAC-SHA256 of nothing with "seconds, line feed, secret" as the key, in base64.</summary>
    public static string Sign(string secret, string seconds) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{seconds}\n{secret}"), ReadOnlySpan<byte>.Empty));

    public (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice)
    {
        var seconds = target.Secret is null ? null : notice.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var (text, alarms) = WebhookText.Of(notice, target.Language, TextBytes);
        var message = new FeishuMessage("text", new FeishuText(text), seconds, seconds is null ? null : Sign(target.Secret!, seconds));
        return (Chat.Post(target.Url, JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Default.FeishuMessage)), alarms);
    }

    public WebhookAnswer Read(HttpStatusCode status, string body)
        => Chat.Read(status, body, said => said.Code, said => said.Msg, code => code == TooOften ? TimeSpan.FromMinutes(1) : null);
}

/// <summary>What the three have in common: JSON there, JSON back, and a code in it that is 0 when it went well.</summary>
internal static class Chat
{
    public static HttpRequestMessage Post(Uri url, byte[] json)
        => new(HttpMethod.Post, url) { Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } } };

    public static WebhookAnswer Read(HttpStatusCode status, string body, Func<ChatAnswer, int?> code, Func<ChatAnswer, string?> words, Func<int, TimeSpan?> wait)
    {
        ChatAnswer? said = null;
        try
        {
            said = JsonSerializer.Deserialize(body, ChatJson.Default.ChatAnswer);
        }
        catch (JsonException)
        {
            // Something in between answered in its own words.
        }

        if (said is null || code(said) is not { } number)
        {
            // Something in between may say OK to anything; only the robot's own words are proof.
            return WebhookAnswer.Of(status) is { IsTaken: false } failed ? failed : new(false, $"it answered {(int)status}, but not as such a robot does");
        }

        return number == 0 ? WebhookAnswer.Taken : new(false, string.Create(CultureInfo.InvariantCulture, $"it answered {number}: {words(said)}"), wait(number));
    }
}

internal sealed record WeComMessage(string Msgtype, WeComText Text);

internal sealed record WeComText(string Content, [property: JsonPropertyName("mentioned_list")] IReadOnlyList<string> MentionedList);

internal sealed record DingTalkMessage(string Msgtype, DingTalkText Text, DingTalkAt At);

internal sealed record DingTalkText(string Content);

internal sealed record DingTalkAt([property: JsonPropertyName("isAtAll")] bool IsAtAll);

internal sealed record FeishuMessage([property: JsonPropertyName("msg_type")] string MsgType, FeishuText Content, string? Timestamp, string? Sign);

internal sealed record FeishuText(string Text);

internal sealed record ChatAnswer(int? Errcode, string? Errmsg, int? Code, string? Msg);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WeComMessage))]
[JsonSerializable(typeof(DingTalkMessage))]
[JsonSerializable(typeof(FeishuMessage))]
[JsonSerializable(typeof(ChatAnswer))]
internal sealed partial class ChatJson : JsonSerializerContext;
