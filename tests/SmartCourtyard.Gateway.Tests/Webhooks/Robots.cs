using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SmartCourtyard.Gateway.Tests.Webhooks;

/// <summary>
/// What WeCom, DingTalk, Feishu, a Standard Webhooks receiver and a CAP centre take, over real HTTP and as they document it: signature,
/// size, rate, and no field that they do not know. Stricter than they are where they say nothing.
/// </summary>
internal sealed class Robots(TimeProvider clock) : IAsyncDisposable
{
    public const string Key = "693a91f6-7cd2-4bc4-97a0-0ec2sifa5aaa";
    public const string Secret = "SECf3b1c0ffee0123456789abcdef";

    private static readonly XNamespace Cap = "urn:oasis:names:tc:emergency:cap:1.2";
    private readonly Queue<DateTimeOffset> _sent = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private DateTimeOffset _shutUntil;
    private WebApplication? _app;

    /// <summary>What the readers of the group saw, or the programs got.</summary>
    public ConcurrentQueue<string> Taken { get; } = [];

    /// <summary>What was answered to what was not taken.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    /// <summary>Answers with this status instead, while it is set.</summary>
    public int? Broken { get; set; }

    public Uri Address { get; private set; } = null!;

    public async Task<Robots> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        return this;
    }

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var copy = new MemoryStream();
        await http.Request.Body.CopyToAsync(copy);
        var body = copy.ToArray();
        if (Broken is { } status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("out of order, " + http.Request.QueryString);
            return;
        }

        await (http.Request.Path.Value switch
        {
            "/cgi-bin/webhook/send" => SayAsync(http, WeCom(http, body)),
            "/robot/send" => SayAsync(http, DingTalk(http, body)),
            "/open-apis/bot/v2/hook/" + Key => SayAsync(http, Feishu(http, body)),
            "/hook" => StatusAsync(http, Signed(http, body)),
            "/cap" => StatusAsync(http, Alert(http, body)),
            _ => StatusAsync(http, 404),
        });
    }

    private string WeCom(HttpContext http, byte[] body)
    {
        if (http.Request.Query["key"] != Key)
        {
            return """{"errcode":93000,"errmsg":"invalid webhook url, hint: [1]"}""";
        }

        if (IsTooOften(20))
        {
            return """{"errcode":45009,"errmsg":"api freq out of limit"}""";
        }

        return Json(http, body, ["msgtype", "text"]) is { } json && json.GetProperty("msgtype").GetString() == "text"
            && json.GetProperty("text").GetProperty("content").GetString() is { Length: > 0 } text && Encoding.UTF8.GetByteCount(text) <= 2_048
            && json.GetProperty("text").GetProperty("mentioned_list").EnumerateArray().All(m => m.GetString() == "@all")
            ? Take(text, """{"errcode":0,"errmsg":"ok"}""")
            : """{"errcode":40058,"errmsg":"invalid Request Parameter"}""";
    }

    private string DingTalk(HttpContext http, byte[] body)
    {
        var query = http.Request.Query;
        if (query["access_token"] != Key || !long.TryParse(query["timestamp"], NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(at)).Duration() > TimeSpan.FromHours(1)
            || query["sign"] != Hmac(Secret, $"{at}\n{Secret}"))
        {
            return """{"errcode":310000,"errmsg":"sign not match, more: [https://ding-doc.dingtalk.com]"}""";
        }

        if (clock.GetUtcNow() < _shutUntil || IsTooOften(20))
        {
            // Whoever was too quick is shut out for ten minutes, and each further try begins them anew.
            _shutUntil = clock.GetUtcNow() + TimeSpan.FromMinutes(10);
            return """{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}""";
        }

        return body.Length <= 20_000 && Json(http, body, ["msgtype", "text", "at"]) is { } json && json.GetProperty("at").GetProperty("isAtAll").GetBoolean()
            && json.GetProperty("text").GetProperty("content").GetString() is { Length: > 0 } text
            ? Take(text, """{"errcode":0,"errmsg":"ok"}""")
            : """{"errcode":400002,"errmsg":"invalid parameter"}""";
    }

    private string Feishu(HttpContext http, byte[] body)
    {
        if (Json(http, body, ["msg_type", "content", "timestamp", "sign"]) is not { } json || body.Length > 20 * 1024)
        {
            return """{"code":9499,"msg":"Bad Request","data":{}}""";
        }

        var at = json.GetProperty("timestamp").GetString()!;
        if (json.GetProperty("sign").GetString() != Hmac($"{at}\n{Secret}", "")
            || (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture))).Duration() > TimeSpan.FromHours(1))
        {
            return """{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}""";
        }

        return IsTooOften(100)
            ? """{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}"""
            : Take(json.GetProperty("content").GetProperty("text").GetString()!, """{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}""");
    }

    private int Signed(HttpContext http, byte[] body)
    {
        string id = http.Request.Headers["webhook-id"].Single()!, at = http.Request.Headers["webhook-timestamp"].Single()!;
        if (http.Request.Headers["webhook-signature"] != "v1," + Hmac(Secret, $"{id}.{at}.{Encoding.UTF8.GetString(body)}")
            || (clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture))).Duration() > TimeSpan.FromMinutes(5))
        {
            return 401;
        }

        foreach (var e in JsonDocument.Parse(body).RootElement.EnumerateArray())
        {
            Taken.Enqueue(e.GetProperty("data").GetProperty("alarmId").GetString()!);
        }

        return _ids.Add(id) ? 204 : 409;
    }

    private int Alert(HttpContext http, byte[] body)
    {
        if (http.Request.Headers.Authorization != "Bearer " + Secret)
        {
            return 401;
        }

        var alert = XDocument.Parse(Encoding.UTF8.GetString(body)).Root!;
        var info = alert.Elements(Cap + "info").Single();
        // The order of the elements is the schema's.
        var right = Names(alert).SequenceEqual(["alert", "identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "info"])
            && Names(info).SequenceEqual(["info", "language", "category", "event", "urgency", "severity", "certainty", "onset", "senderName", "headline", "description", "parameter", "area"])
            && alert.Elements().Concat(info.Elements()).All(e => e.Name.Namespace == Cap && e.Value.Length > 0)
            && Value(alert, "status") is "Actual" or "Exercise" or "Test" && Value(alert, "sender").IndexOfAny([' ', ',', '<', '&']) < 0
            && IsTime(Value(alert, "sent")) && IsTime(Value(info, "onset")) && Value(info, "headline").Length <= 160
            && Value(info, "category") is "Fire" or "Safety" or "Health" or "Infra" or "Env" or "Security"
            && Value(info, "urgency") is "Immediate" or "Expected" && Value(info, "severity") is "Severe" or "Moderate" or "Minor";
        if (!right || !_ids.Add(Value(alert, "identifier")))
        {
            return 422;
        }

        Taken.Enqueue(alert.ToString());
        return 200;
    }

    private static IEnumerable<string> Names(XElement element) => element.Elements().Select(e => e.Name.LocalName).Prepend(element.Name.LocalName);

    private static string Value(XElement element, string name) => element.Element(Cap + name)!.Value;

    private static bool IsTime(string text) => System.Text.RegularExpressions.Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$") && !text.EndsWith("+00:00", StringComparison.Ordinal);

    private static JsonElement? Json(HttpContext http, byte[] body, string[] fields)
    {
        var json = JsonDocument.Parse(body).RootElement;
        return http.Request.Method == "POST" && http.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true
            && json.EnumerateObject().All(p => fields.Contains(p.Name))
            ? json
            : null;
    }

    private bool IsTooOften(int messages)
    {
        var now = clock.GetUtcNow();
        while (_sent.TryPeek(out var first) && now - first >= TimeSpan.FromMinutes(1))
        {
            _sent.Dequeue();
        }

        _sent.Enqueue(now);
        return _sent.Count > messages;
    }

    private static string Hmac(string key, string text)
    {
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(key));
        return Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }

    private string Take(string text, string answer)
    {
        Taken.Enqueue(text);
        return answer;
    }

    private async Task SayAsync(HttpContext http, string answer)
    {
        if (!answer.Contains(":0,", StringComparison.Ordinal))
        {
            Refused.Enqueue(answer);
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer);
    }

    private Task StatusAsync(HttpContext http, int status)
    {
        if (status >= 300)
        {
            Refused.Enqueue(status.ToString(CultureInfo.InvariantCulture));
        }

        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
