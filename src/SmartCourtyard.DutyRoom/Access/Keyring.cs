using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

/// <summary>The tokens that let programs and gateways in. They change only at the start, so that no request reads them from disk.</summary>
internal sealed class Keyring
{
    /// <summary>Claim of a gateway's token: the gateway it belongs to.</summary>
    public const string GatewayClaim = "gateway";

    private readonly List<(byte[] Sha256, ClaimsPrincipal Principal)> tokens;

    public Keyring(Database database)
    {
        using var db = database.Read();
        tokens = [.. db.Tokens.ToList().Select(t => (Convert.FromHexString(t.Sha256), Principal(t)))];
    }

    public ClaimsPrincipal? Find(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        ClaimsPrincipal? found = null;
        foreach (var (known, principal) in tokens)
        {
            // All of them, always: how long it takes says nothing about which one was near.
            found = CryptographicOperations.FixedTimeEquals(known, hash) ? principal : found;
        }

        return found;
    }

    /// <summary>SHA-256 of the tokens of a gateway; none where it is not known.</summary>
    public IReadOnlyList<byte[]> HashesOf(string gateway)
        => [.. tokens.Where(t => t.Principal.HasClaim(GatewayClaim, gateway)).Select(t => t.Sha256)];

    private static ClaimsPrincipal Principal(TokenRow token)
    {
        var identity = new ClaimsIdentity(SignedIn.SchemeName);
        identity.AddClaim(new(ClaimTypes.Name, token.Gateway ?? token.Name));
        identity.AddClaim(token.Gateway is { } gateway ? new(GatewayClaim, gateway) : new(ClaimTypes.Role, token.Role!));
        return new(identity);
    }
}
