using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

/// <summary>Who may do what.</summary>
internal static class Entry
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<Keyring>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<IPasswordHasher<UserRow>, PasswordHasher<UserRow>>();
        // The core only: sessions are rows of our own, so no key ring is kept on disk.
        services.AddWebEncoders();
        services.AddTransient<SignedIn>();
        services.AddAuthenticationCore(o =>
        {
            o.DefaultScheme = SignedIn.SchemeName;
            o.AddScheme<SignedIn>(SignedIn.SchemeName, null);
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Read, p => p.RequireRole(Roles.All))
            .AddPolicy(Policies.Act, p => p.RequireRole(Roles.Operator, Roles.Admin))
            .AddPolicy(Policies.Command, p => p.RequireRole(Roles.Operator, Roles.Technician, Roles.Admin))
            .AddPolicy(Policies.Administer, p => p.RequireRole(Roles.Admin))
            .AddPolicy(Policies.Gateway, p => p.RequireAuthenticatedUser().RequireAssertion(IsOwnGateway));
    }

    /// <summary>
    /// A session cookie must not be usable from another site: the browser keeps it to ours (SameSite), and a request that changes
    /// something says that it is JSON, which no foreign form can do.
    /// </summary>
    public static void UseForeignSiteGuard(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.Authorization.Count > 0)
        {
            return next(context);
        }

        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return new Problem(403, "From another site", "Such a request is taken from our own pages only.").WriteAsync(context.Response);
        }

        return HttpMethods.IsDelete(request.Method) || request.HasJsonContentType()
            ? next(context)
            : new Problem(415, "Not JSON", "Content-Type: application/json is needed.").WriteAsync(context.Response);
    });

    public static Problem Refusal(HttpContext context) => context.User.HasClaim(c => c.Type == Keyring.GatewayClaim)
        ? new(403, "Not allowed", "This token belongs to a gateway; it opens that gateway's own addresses only.")
        : new(403, "Not allowed", $"The role {context.User.FindFirstValue(ClaimTypes.Role)} may not do this.");

    private static bool IsOwnGateway(AuthorizationHandlerContext context)
        => context.Resource is HttpContext http
            && context.User.HasClaim(Keyring.GatewayClaim, http.GetRouteValue("gateway") as string ?? "");
}
