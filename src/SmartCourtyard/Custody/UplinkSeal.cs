using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SmartCourtyard.Custody;

/// <summary>
/// Proves between a gateway and the duty room who wrote a message that goes through somebody else's broker, without showing the
/// gateway's token to it: HMAC-SHA256 with a key that follows from the token. The request's seal covers the gateway, the call, the
/// time, the nonce and the body; the answer's covers the same nonce, so that nobody but the duty room can say that it has stored.
/// Both ends must agree in every byte.
/// </summary>
public sealed class UplinkSeal
{
    /// <summary>Bytes of the nonce, which is also the correlation data of the request.</summary>
    public const int NonceBytes = 16;

    /// <summary>User property of a request and of an answer: the time in Unix milliseconds, by the clock of who wrote it.</summary>
    public const string TimeProperty = "time";

    /// <summary>User property of a request and of an answer: the seal in lower-case hexadecimal.</summary>
    public const string SealProperty = "seal";

    /// <summary>User property of an answer: the status, with the meaning it has in HTTP.</summary>
    public const string StatusProperty = "status";

    /// <summary>User property of an answer: after how many seconds to come again; left out where it does not say.</summary>
    public const string RetryAfterProperty = "retry-after";

    private const string Scheme = "smartcourtyard uplink 1";

    private readonly byte[] _key;

    /// <summary>Makes the seal of the gateway that has this token.</summary>
    /// <param name="tokenSha256">SHA-256 of the token in UTF-8: 32 bytes, which is what the duty room keeps of it.</param>
    public UplinkSeal(ReadOnlySpan<byte> tokenSha256) => _key = HMACSHA256.HashData(tokenSha256, Encoding.UTF8.GetBytes(Scheme));

    /// <summary>Makes the seal of the gateway that has this token.</summary>
    public static UplinkSeal OfToken(string token) => new(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>The topic of a call, or of the answers to all calls, of a gateway.</summary>
    public static string Topic(string gateway, string call) => $"smartcourtyard/gateways/{gateway}/{call}";

    /// <summary>The seal of a request, as it stands in its property.</summary>
    /// <param name="gateway">The gateway's id.</param>
    /// <param name="call">The last part of the topic.</param>
    /// <param name="unixMilliseconds">The time in its property.</param>
    /// <param name="nonce">Its correlation data.</param>
    /// <param name="body">Its payload.</param>
    public string Request(string gateway, string call, long unixMilliseconds, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body)
        => Seal(string.Create(CultureInfo.InvariantCulture, $"request\n{gateway}\n{call}\n{unixMilliseconds}\n"), nonce, body);

    /// <summary>The seal of an answer, as it stands in its property.</summary>
    /// <param name="gateway">The gateway's id.</param>
    /// <param name="status">The status in its property.</param>
    /// <param name="retryAfter">The seconds in its property; null where there is none.</param>
    /// <param name="unixMilliseconds">The time in its property.</param>
    /// <param name="nonce">The correlation data of the request.</param>
    /// <param name="body">Its payload.</param>
    public string Answer(string gateway, int status, int? retryAfter, long unixMilliseconds, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body)
        => Seal(string.Create(CultureInfo.InvariantCulture, $"answer\n{gateway}\n{status}\n{retryAfter}\n{unixMilliseconds}\n"), nonce, body);

    /// <summary>Whether two seals are the same; how long it takes says nothing about where they differ.</summary>
    public static bool Same(string expected, string? given)
        => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private string Seal(string head, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        hash.AppendData(Encoding.UTF8.GetBytes(Convert.ToHexStringLower(nonce) + "\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
