using System.Security.Claims;
using System.Text.Json.Serialization;

namespace SmartCourtyard.DutyRoom.Access;

internal sealed record SignInBody(string? User = null, string? Password = null);

internal sealed record SessionView(string User, IReadOnlyList<string> Roles);

/// <summary>Where people sign in and out.</summary>
internal static class SessionEndpoints
{
    private const int TextLimit = 200;

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var session = routes.MapGroup("/api/v1").WithTags("session");
        session.MapPost("/session", SignInAsync).AllowAnonymous().WithName("signIn").WithSummary("Signs a person in; the session is a cookie")
            .Produces<SessionView>().Problems(400, 401, 415, 429);
        session.MapGet("/session", Who).RequireAuthorization(Policies.Read).WithName("whoAmI").WithSummary("Who is signed in")
            .Produces<SessionView>().Problems(401);
        session.MapDelete("/session", SignOutAsync).RequireAuthorization(Policies.Read).WithName("signOut").WithSummary("Signs out")
            .Produces(204).Problems(401);
    }

    private static async Task<IResult> SignInAsync(SignInBody body, HttpContext http, SignIns signIns)
    {
        if (body.User is not { Length: > 0 and <= TextLimit } name || body.Password is not { Length: > 0 and <= TextLimit } password)
        {
            return Problem.BadField(body.User is { Length: > 0 and <= TextLimit } ? "password" : "user", $"1 to {TextLimit} characters are needed")
                .AsResult();
        }

        var (session, user, problem) = await signIns.SignInAsync(name, password, Address(http), http.RequestAborted);
        if (user is null)
        {
            return problem!.AsResult();
        }

        http.Response.Cookies.Append(SignedIn.Cookie, session!, Options(http));
        return TypedResults.Ok(new SessionView(user.Name, [user.Role]));
    }

    private static SessionView Who(ClaimsPrincipal user)
        => new(user.Identity!.Name!, [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)]);

    private static async Task<IResult> SignOutAsync(HttpContext http, SignIns signIns)
    {
        if (http.Request.Cookies[SignedIn.Cookie] is { } session)
        {
            await signIns.SignOutAsync(session, http.User.Identity!.Name!, Address(http));
        }

        http.Response.Cookies.Delete(SignedIn.Cookie, Options(http));
        return TypedResults.NoContent();
    }

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", MaxAge = SignIns.SessionLength,
    };

    private static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(UserList))]
internal sealed partial class AccessJson : JsonSerializerContext;
