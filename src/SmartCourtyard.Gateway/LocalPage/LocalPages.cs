namespace SmartCourtyard.Gateway.LocalPage;

/// <summary>The technician's page: it holds no data, asks the API for everything, and needs no uplink.</summary>
internal static class LocalPages
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/", (HttpContext http) => File(http, "page.html", "text/html; charset=utf-8"));
        app.MapGet("/page.js", (HttpContext http) => File(http, "page.js", "text/javascript; charset=utf-8"));
    }

    private static Microsoft.AspNetCore.Http.HttpResults.FileStreamHttpResult File(HttpContext http, string name, string type)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Stream(typeof(LocalPages).Assembly.GetManifestResourceStream(name)!, type);
    }
}
