using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class AccessTests
{
    private const string Mine = "/api/v1/gateways/" + RunningDutyRoom.Gateway;
    private const string Theirs = "/api/v1/gateways/another";

    /// <summary>Who is let in, in the order: nobody, viewer, operator, technician, admin, API token, own gateway, another's gateway.</summary>
    private static readonly (string Method, string Route, string Body, string LetIn)[] Table =
    [
        ("GET", "/api/v1/alarms", "", "-yyyyy--"),
        ("GET", "/api/v1/alarms/{id}", "", "-yyyyy--"),
        ("POST", "/api/v1/alarms/{id}/shown", "{}", "-yyyyy--"),
        ("GET", "/api/v1/stream", "", "-yyyyy--"),
        ("POST", "/api/v1/alarms/{id}/acknowledge", "{}", "--y-yy--"),
        ("POST", "/api/v1/alarms/{id}/dispatch", "{}", "--y-yy--"),
        ("POST", "/api/v1/alarms/{id}/arrive", "{}", "--y-yy--"),
        ("POST", "/api/v1/alarms/{id}/resolve", "{}", "--y-yy--"),
        ("POST", "/api/v1/alarms/{id}/close", "{}", "--y-yy--"),
        ("POST", "/api/v1/alarms/{id}/note", "{}", "--y-yy--"),
        ("GET", "/api/v1/gateways", "", "-yyyyy--"),
        ("GET", "/api/v1/devices", "", "-yyyyy--"),
        ("GET", "/api/v1/troubles", "", "-yyyyy--"),
        ("GET", "/api/v1/users", "", "----yy--"),
        ("PUT", "/api/v1/users/{name}", "{}", "----yy--"),
        ("POST", "/api/v1/gateways/{gateway}/events", "[]", "------y-"),
        ("POST", "/api/v1/gateways/{gateway}/heartbeat", "{}", "------y-"),
        ("GET", "/api/v1/gateways/{gateway}/commands", "", "------y-"),
        ("POST", "/api/v1/gateways/{gateway}/commands", """{"command":"actuator.set"}""", "--yyyy--"),
        ("GET", "/api/v1/gateways/{gateway}/commands/{id}", "", "-yyyyy--"),
        ("GET", "/api/v1/commands", "", "-yyyyy--"),
        ("PUT", "/api/v1/gateways/{gateway}/site", "{}", "------y-"),
        ("PUT", "/api/v1/gateways/{gateway}/health", "[]", "------y-"),
        ("GET", "/api/v1/reports/response", "", "-yyyyy--"),
        ("GET", "/api/v1/reports/causes", "", "-yyyyy--"),
        ("GET", "/api/v1/reports/alarms.csv", "", "-yyyyy--"),
        ("GET", "/api/v1/presence", "", "-yyyyy--"),
        ("POST", "/api/v1/presence", "{}", "----yy--"),
        ("POST", "/api/v1/presence/{id}/answer", "{}", "--y-yy--"),
        ("PUT", "/api/v1/presence/schedule", "{}", "----yy--"),
        ("POST", "/api/v1/session", "{}", "yyyyyyyy"),
        ("GET", "/api/v1/session", "", "-yyyyy--"),
        ("DELETE", "/api/v1/session", "", "-yyyyy--"),
    ];

    [Fact]
    public async Task Every_call_lets_in_whom_the_table_says_and_the_table_names_every_call()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.Ledger.WriteAsync(writing =>
        {
            writing.Db.Gateways.Add(new() { Id = "another" });
            return writing.Db.SaveChanges();
        });
        var routes = room.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .Select(e => $"{e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {e.RoutePattern.RawText}");
        Assert.Equal(Table.Select(t => $"{t.Method} {t.Route}").Order(), routes.Order());

        HttpClient[] callers =
        [
            room.Client(), await room.PersonAsync("v", Roles.Viewer), await room.PersonAsync("o", Roles.Operator),
            await room.PersonAsync("t", Roles.Technician), await room.PersonAsync("a", Roles.Admin), room.Program, room.AsGateway, room.AsGateway,
        ];
        foreach (var (method, route, body, letIn) in Table)
        {
            for (var i = 0; i < callers.Length; i++)
            {
                // A signed-out person would be nobody in the rows that follow.
                if (method != "DELETE" || letIn[i] == '-')
                {
                    var status = await StatusAsync(callers[i], method, route, body, i == callers.Length - 1);
                    Assert.True(Expected(letIn[i], i, route).Contains(status), $"{method} {route} as caller {i}: {status}");
                }
            }
        }
    }

    [Fact]
    public async Task A_person_signs_in_acts_by_name_and_signs_out()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        using var client = room.Client();
        using var response = await client.PostAsync("api/v1/session", Json($$"""{"user":"admin","password":"{{RunningDutyRoom.AdminPassword}}"}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);

        var who = await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "api/v1/session", null);
        Assert.Equal(("admin", "admin"), ((string?)who.Body["user"], (string?)who.Body["roles"]![0]));
        var acknowledged = await RunningDutyRoom.SendAsync(client, HttpMethod.Post, "api/v1/alarms/a/acknowledge", "{}");
        Assert.Equal("admin", (string?)acknowledged.Body["acknowledgedBy"]);
        Assert.Equal(HttpStatusCode.NoContent, (await RunningDutyRoom.SendAsync(client, HttpMethod.Delete, "api/v1/session", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "api/v1/session", null)).Status);

        await using var db = room.Database.Read();
        Assert.Equal(["signed in", "acknowledge", "signed out"], db.Audit.OrderBy(a => a.Id).Select(a => a.What).ToList());
        Assert.DoesNotContain(cookie.Split(['=', ';'])[1], db.Sessions.Select(s => s.Sha256).ToList());
    }

    [Fact]
    public async Task A_session_ends_by_itself()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var person = await room.PersonAsync("o", Roles.Operator);
        room.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, (await RunningDutyRoom.SendAsync(person, HttpMethod.Get, "api/v1/session", null)).Status);
        room.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await RunningDutyRoom.SendAsync(person, HttpMethod.Get, "api/v1/session", null)).Status);
    }

    [Fact]
    public async Task Who_guesses_passwords_must_wait_and_is_told_how_long()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var client = room.Client();
        Task<(HttpStatusCode Status, JsonNode Body)> Try(string password) => RunningDutyRoom.SendAsync(
            client, HttpMethod.Post, "api/v1/session", new JsonObject { ["user"] = "admin", ["password"] = password }.ToJsonString());
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await Try("guess" + i)).Status);
        }

        var (status, problem) = await Try(RunningDutyRoom.AdminPassword);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("300 s", (string?)problem["detail"], StringComparison.Ordinal);
        room.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.OK, (await Try(RunningDutyRoom.AdminPassword)).Status);
    }

    [Fact]
    public async Task A_page_of_another_site_can_do_nothing_with_somebodys_session()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var person = await room.PersonAsync("o", Roles.Operator);
        var form = await RunningDutyRoom.SendAsync(person, HttpMethod.Post, "api/v1/alarms/a/acknowledge", "note=x", "application/x-www-form-urlencoded");
        var text = await RunningDutyRoom.SendAsync(person, HttpMethod.Post, "api/v1/alarms/a/acknowledge", "{}", "text/plain");
        var foreign = await RunningDutyRoom.SendAsync(
            person, HttpMethod.Post, "api/v1/alarms/a/acknowledge", "{}", headers: ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(
            (HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.Forbidden),
            (form.Status, text.Status, foreign.Status));
        Assert.Equal("raised", (string?)(await room.AlarmAsync("a"))["state"]);
    }

    [Fact]
    public async Task Tokens_are_kept_as_hashes_only()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.StopAsync();
        foreach (var file in Directory.GetFiles(room.Folder, "duty-room.db*"))
        {
            var bytes = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain(RunningDutyRoom.ApiToken, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(RunningDutyRoom.GatewayToken, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(RunningDutyRoom.AdminPassword, bytes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task New_credentials_in_the_file_replace_the_old_ones_at_the_next_start()
    {
        var folder = RunningDutyRoom.NewFolder();
        await (await RunningDutyRoom.StartAsync(folder)).StopAsync();
        var file = Path.Combine(folder, "credentials.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(RunningDutyRoom.ApiToken, "another-token", StringComparison.Ordinal));
        await using (var room = await RunningDutyRoom.StartAsync(folder))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await room.GetAsync("api/v1/alarms")).Status);
            Assert.Equal(HttpStatusCode.OK, (await RunningDutyRoom.SendAsync(room.Client("another-token"), HttpMethod.Get, "api/v1/alarms", null)).Status);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_administrator_makes_an_operator_who_then_signs_in_until_the_account_is_closed()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var made = await RunningDutyRoom.SendAsync(room.Program, HttpMethod.Put, "api/v1/users/wang", """{"password":"long enough","role":"operator"}""");
        Assert.Equal(HttpStatusCode.OK, made.Status);
        using var client = room.Client();
        using var response = await client.PostAsync("api/v1/session", Json("""{"user":"wang","password":"long enough"}"""));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        client.DefaultRequestHeaders.Add("Cookie", response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "api/v1/alarms", null)).Status);

        await RunningDutyRoom.SendAsync(room.Program, HttpMethod.Put, "api/v1/users/wang", """{"disabled":true}""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "api/v1/alarms", null)).Status);
        var users = (await room.GetAsync("api/v1/users")).Body["items"]!.AsArray();
        Assert.Equal(["admin admin False", "wang operator True"], users.Select(u => $"{u!["name"]} {u["role"]} {(bool)u["disabled"]!}"));
    }

    [Theory]
    [InlineData("""{"role":"operator"}""", "password")]
    [InlineData("""{"password":"short","role":"operator"}""", "password")]
    [InlineData("""{"password":"long enough","role":"king"}""", "role")]
    [InlineData("""{"password":"long enough"}""", "role")]
    public async Task A_new_account_needs_a_password_and_a_role(string body, string field)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (status, problem) = await RunningDutyRoom.SendAsync(room.Program, HttpMethod.Put, "api/v1/users/wang", body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    private static StringContent Json(string body) => new(body, new MediaTypeHeaderValue("application/json"));

    private static int[] Expected(char letIn, int caller, string route) => (letIn, caller) switch
    {
        ('y', _) => route == "/api/v1/session" ? [200, 400] : [200, 201, 204, 400, 404, 409],
        (_, 0) => [401],
        _ => [403],
    };

    private static async Task<int> StatusAsync(HttpClient client, string method, string route, string body, bool toAnother)
    {
        var path = route.Replace("/api/v1/gateways/{gateway}", toAnother ? Theirs : Mine, StringComparison.Ordinal)
            .Replace("{id}", "none", StringComparison.Ordinal).Replace("{name}", "x", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body.Length > 0 ? Json(body) : null;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode;
    }
}
