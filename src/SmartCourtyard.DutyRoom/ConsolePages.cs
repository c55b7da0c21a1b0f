using Microsoft.AspNetCore.StaticFiles;

namespace SmartCourtyard.DutyRoom;

/// <summary>Serves the console, so that a browser needs one address only.</summary>
internal static class ConsolePages
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; media-src 'self' data: blob:; "
        + "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

    public static void UseSafeHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self)";
        return next(context);
    });

    /// <summary>
    /// Comes after routing: what no call answers to and looks like a page is the console, which knows its own pages by their
    /// address. An unknown call stays unknown.
    /// </summary>
    public static void UseConsolePages(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (context.GetEndpoint() is null && HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api")
                && !Path.HasExtension(request.Path))
            {
                request.Path = "/index.html";
            }

            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = Cache });
    }

    private static void Cache(StaticFileResponseContext context) =>
        // Names under /assets carry a hash of their content; everything else is asked for again.
        context.Context.Response.Headers.CacheControl = context.Context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
}
