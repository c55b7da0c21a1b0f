using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>
/// The events themselves, as the duty room would get them, signed as the Standard Webhooks specification 1.0 has it: for programs of
/// somebody else, which find a library for the checking in most languages.
/// </summary>
internal sealed class SignedJsonWebhook : IWebhook
{
    private const string EncodedSecret = "whsec_";

    public int AlarmsAtMost => 50;

    public (int Messages, TimeSpan Within) Rate => (60, TimeSpan.FromMinutes(1));

    /// <summary>The value of <c>webhook-signature</c>: HMAC-SHA256 over "id.timestamp.body", in base64 behind the version.</summary>
    public static string Sign(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret), signed));
    }

    public (HttpRequestMessage Request, int Alarms) Compose(WebhookTarget target, Notice notice)
    {
        var body = Body(notice);
        // The same message has the same id at each try, so that a receiver can tell a repetition.
        var id = "msg_" + Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16));
        var timestamp = notice.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/cloudevents-batch+json", "utf-8") } },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", Sign(target.Secret!, id, timestamp, body));
        return (request, notice.Alarms.Count);
    }

    public WebhookAnswer Read(HttpStatusCode status, string body) => WebhookAnswer.Of(status);

    private static byte[] Body(Notice notice)
    {
        using var body = new MemoryStream();
        foreach (var alarm in notice.Alarms)
        {
            body.Write(body.Length == 0 ? "["u8 : ","u8);
            body.Write(alarm.Event.Bytes.Span);
        }

        body.Write("]"u8);
        return body.ToArray();
    }

    private static byte[] Key(string secret)
    {
        var key = new byte[secret.Length];
        return secret.StartsWith(EncodedSecret, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[EncodedSecret.Length..], key, out var length)
            ? key[..length]
            : Encoding.UTF8.GetBytes(secret);
    }
}
