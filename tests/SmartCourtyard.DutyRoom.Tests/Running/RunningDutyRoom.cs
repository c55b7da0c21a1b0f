using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Tests.Running;

/// <summary>The whole program in this process: real Kestrel on a free port, a real database file, a clock that the test moves.</summary>
internal sealed class RunningDutyRoom : IAsyncDisposable
{
    public const string Gateway = "fukang-garden";
    public const string AdminPassword = "correct horse battery";
    public const string ApiToken = "api-0123456789abcdef0123456789abcdef";
    public const string GatewayToken = "gw-0123456789abcdef0123456789abcdef";

    private readonly bool ownsFolder;
    private readonly List<HttpClient> clients = [];

    private RunningDutyRoom(WebApplication app, TestClock clock, string folder, bool ownsFolder)
    {
        (App, Clock, Folder, this.ownsFolder) = (app, clock, folder, ownsFolder);
        Address = new Uri(app.Urls.Single());
        Program = Client(ApiToken);
        AsGateway = Client(GatewayToken);
    }

    public WebApplication App { get; }
    public TestClock Clock { get; }
    public string Folder { get; }
    public Uri Address { get; }

    /// <summary>Asks as a program with the role admin.</summary>
    public HttpClient Program { get; }

    public HttpClient AsGateway { get; }

    public Database Database => App.Services.GetRequiredService<Database>();

    public Ledger Ledger => App.Services.GetRequiredService<Ledger>();

    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("dutyroom-").FullName;
        File.WriteAllText(Path.Combine(folder, "credentials.json"), $$$"""
            {"admin":{"user":"admin","password":"{{{AdminPassword}}}"},"apiToken":"{{{ApiToken}}}","gatewayToken":"{{{GatewayToken}}}",
             "mqtt":{"user":"mqtt","password":"not ours"}}
            """);
        TestStore.Prepare(folder);
        return folder;
    }

    public static string[] Arguments(string folder) =>
    [
        "--urls", "http://127.0.0.1:0", "--ConnectionStrings:DutyRoom", TestStore.ConnectionString(folder),
        "--Access:CredentialsFile", Path.Combine(folder, "credentials.json"), "--Access:Gateway", Gateway,
    ];

    public static async Task<RunningDutyRoom> StartAsync(string? folder = null, TestClock? clock = null, params string[] more)
    {
        var where = folder ?? NewFolder();
        clock ??= new TestClock(TestClock.Start);
        var app = await DutyRoomProgram.BuildAsync([.. Arguments(where), .. more], clock);
        await app.StartAsync();
        return new(app, clock, where, ownsFolder: folder is null);
    }

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        clients.Add(client);
        return client;
    }

    /// <summary>A person with a role, signed in.</summary>
    public async Task<HttpClient> PersonAsync(string name, string role)
    {
        var session = Access.Secrets.NewSession();
        await Ledger.WriteAsync(writing =>
        {
            writing.Db.Users.Add(new() { Name = name, Role = role, PasswordHash = "" });
            writing.Db.Sessions.Add(new() { Sha256 = Access.Secrets.Sha256(session), User = name, ExpiresAt = writing.Now.AddHours(1) });
            return writing.Db.SaveChanges();
        });
        var client = Client();
        client.DefaultRequestHeaders.Add("Cookie", "session=" + session);
        return client;
    }

    public Task<(HttpStatusCode Status, JsonNode Body)> PostEventsAsync(params JsonObject[] events)
        => PostTextAsync(new JsonArray([.. events]).ToJsonString());

    public Task<(HttpStatusCode Status, JsonNode Body)> PostTextAsync(string body)
        => SendAsync(AsGateway, HttpMethod.Post, $"api/v1/gateways/{Gateway}/events", body, "application/cloudevents-batch+json");

    public Task<(HttpStatusCode Status, JsonNode Body)> ActAsync(string alarm, string action, string body = "{}")
        => SendAsync(Program, HttpMethod.Post, $"api/v1/alarms/{alarm}/{action}", body);

    public Task<(HttpStatusCode Status, JsonNode Body)> BeatAsync(long sequence = 0, long queued = 0) => SendAsync(
        AsGateway, HttpMethod.Post, $"api/v1/gateways/{Gateway}/heartbeat",
        string.Create(CultureInfo.InvariantCulture, $$$"""{"sequence":"{{{sequence}}}","queued":{{{queued}}},"uptime":12.5,"version":"1.0","devices":{"ok":1,"trouble":0}}"""));

    public async Task<JsonNode> AlarmAsync(string id) => (await GetAsync($"api/v1/alarms/{id}")).Body;

    public async Task<JsonArray> AlarmsAsync(string query = "") => (await GetAsync("api/v1/alarms" + query)).Body["items"]!.AsArray();

    public async Task<JsonNode> GatewayAsync() => (await GetAsync("api/v1/gateways")).Body["items"]!.AsArray().Single()!;

    public Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string path) => SendAsync(Program, HttpMethod.Get, path, null);

    public static async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(
        HttpClient client, HttpMethod method, string path, string? body, string type = "application/json", params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text)! : JsonValue.Create(text)!);
    }

    /// <summary>Stops the program and keeps its folder, as a restart does.</summary>
    public async Task StopAsync()
    {
        clients.ForEach(c => c.Dispose());
        await App.StopAsync();
        await App.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (ownsFolder)
        {
            TestStore.Forget(Folder);
            Directory.Delete(Folder, recursive: true);
        }
    }
}
