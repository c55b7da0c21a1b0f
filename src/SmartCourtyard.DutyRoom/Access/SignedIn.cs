using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

/// <summary>Who is asking: a program or gateway by its bearer token, a person by the session cookie.</summary>
internal sealed class SignedIn(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Keyring keyring, Database database,
    TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "DutyRoom";
    public const string Cookie = "session";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && keyring.Find(header[Bearer.Length..].Trim()) is { } found
                ? Success(found)
                : AuthenticateResult.Fail("The token is not known.");
        }

        return Request.Cookies[Cookie] is { Length: > 0 } cookie && await PersonAsync(Secrets.Sha256(cookie)) is { } person
            ? Success(person)
            : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return new Problem(401, "Not signed in", "Sign in, or send a known token as Authorization: Bearer.").WriteAsync(Response);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Entry.Refusal(Context).WriteAsync(Response);

    private static AuthenticateResult Success(ClaimsPrincipal principal) => AuthenticateResult.Success(new(principal, SchemeName));

    private async Task<ClaimsPrincipal?> PersonAsync(string sha256)
    {
        var now = time.GetUtcNow();
        await using var db = database.Read();
        var user = await db.Sessions.Where(s => s.Sha256 == sha256 && s.ExpiresAt > now)
            .Join(db.Users.Where(u => !u.Disabled), s => s.User, u => u.Name, (_, u) => u)
            .SingleOrDefaultAsync(Context.RequestAborted);
        return user is null
            ? null
            : new(new ClaimsIdentity([new(ClaimTypes.Name, user.Name), new(ClaimTypes.Role, user.Role)], SchemeName));
    }
}
