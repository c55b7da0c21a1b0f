using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace SmartCourtyard.DutyRoom;

/// <summary>Serves the console, so that a browser needs one address only.</summary>
internal static class ConsolePages
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; media-src 'self' data: blob:; "
        + "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

    /// <summary>What the build puts beside its files, the smallest first.</summary>
    private static readonly (string Coding, string Ending)[] Smaller = [("br", ".br"), ("gzip", ".gz")];

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

            TakeSmaller(request, app.Environment.WebRootFileProvider);
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = Describe, ContentTypeProvider = new TypeWithoutCoding() });
    }

    /// <summary>The line to an old office is thin.</summary>
    private static void TakeSmaller(HttpRequest request, IFileProvider files)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        foreach (var (coding, ending) in Smaller)
        {
            if (accepted.Any(a => a.Value == coding && a.Quality != 0) && files.GetFileInfo(request.Path + ending).Exists)
            {
                request.Path += ending;
                return;
            }
        }
    }

    private static void Describe(StaticFileResponseContext context)
    {
        var headers = context.Context.Response.Headers;
        headers.Vary = "Accept-Encoding";
        if (Array.Find(Smaller, s => context.File.Name.EndsWith(s.Ending, StringComparison.Ordinal)).Coding is { } coding)
        {
            headers.ContentEncoding = coding;
        }

        // Names under /assets carry a hash of their content; everything else is asked for again.
        headers.CacheControl = context.Context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
    }

    private sealed class TypeWithoutCoding : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider types = new();

        public bool TryGetContentType(string subpath, [MaybeNullWhen(false)] out string contentType)
            => types.TryGetContentType(Array.Find(Smaller, s => subpath.EndsWith(s.Ending, StringComparison.Ordinal)) is { Ending: { } ending } ? subpath[..^ending.Length] : subpath, out contentType);
    }
}
