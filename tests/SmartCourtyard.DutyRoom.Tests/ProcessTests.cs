using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task What_was_answered_with_200_is_there_after_kill_9_each_exactly_once()
    {
        var folder = RunningDutyRoom.NewFolder();
        var (answered, sequence) = (new List<string>(), 1L);
        for (var round = 0; round < 4; round++)
        {
            using var room = await DutyRoomProcess.StartAsync(folder);
            using var gateway = Client(room.Address, RunningDutyRoom.GatewayToken);
            sequence = await ExpectedAsync(gateway);
            var killed = KillAfterAsync(room, TimeSpan.FromMilliseconds(150 + (round * 90)));
            while (!killed.IsCompleted && await PostAsync(gateway, sequence) is { } alarm)
            {
                answered.Add(alarm);
                sequence++;
            }

            await killed;
        }

        List<string> stored;
        using (var last = await DutyRoomProcess.StartAsync(folder))
        {
            using var program = Client(last.Address, RunningDutyRoom.ApiToken);
            stored = await AllAsync(program);
        }

        Assert.NotEmpty(answered);
        Assert.Empty(answered.Except(stored));
        Assert.Equal(stored.Count, stored.Distinct().Count());
        // At most the one request that was under way at each kill may be stored without an answer.
        Assert.InRange(stored.Count - answered.Count, 0, 4);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Access__CredentialFile", "x", "Access:CredentialFile")]
    [InlineData("ConnectionStrings__Dutyroom2", "x", "ConnectionStrings:Dutyroom2")]
    [InlineData("DutyRoom__Port", "8080", "DutyRoom:Port")]
    [InlineData("Access__Gateway", "Fukang Garden", "Access:Gateway")]
    public async Task A_setting_that_is_not_known_or_malformed_stops_the_start_with_its_name(string name, string value, string key)
    {
        var folder = RunningDutyRoom.NewFolder();
        string[] arguments = [.. RunningDutyRoom.Arguments(folder).Where((_, i) => name != "Access__Gateway" || i < 6)];
        var (exit, error) = await DutyRoomProcess.RunAsync(arguments, (name, value));
        Assert.Equal(1, exit);
        Assert.Contains(key, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("--ConnectionStrings:DutyRoom", "Host=db;Password=x", "no database")]
    [InlineData("--ConnectionStrings:DutyRoom", "Data Source=/proc/nowhere/duty-room.db", "cannot be opened")]
    [InlineData("--ConnectionStrings:DutyRoom", "nonsense", "ConnectionStrings:DutyRoom is malformed")]
    [InlineData("--Access:CredentialsFile", "/nowhere/credentials.json", "Access:CredentialsFile")]
    [InlineData("--urls", "ftp://x", "Urls")]
    public async Task What_cannot_start_says_why_in_one_sentence(string argument, string value, string expected)
    {
        var folder = RunningDutyRoom.NewFolder();
        var (exit, error) = await DutyRoomProcess.RunAsync([.. RunningDutyRoom.Arguments(folder), argument, value]);
        Assert.Equal(1, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var folder = RunningDutyRoom.NewFolder();
        var (exit, error) = await DutyRoomProcess.RunAsync(
            [.. RunningDutyRoom.Arguments(folder), "--urls", $"http://{taken.LocalEndpoint}"]);
        Assert.Equal(1, exit);
        Assert.Contains("port is in use", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Directory.Delete(folder, recursive: true);
    }

    private static HttpClient Client(string address, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static async Task<long> ExpectedAsync(HttpClient gateway)
    {
        var (_, body) = await RunningDutyRoom.SendAsync(
            gateway, HttpMethod.Post, $"api/v1/gateways/{RunningDutyRoom.Gateway}/heartbeat", """{"sequence":"0","queued":0}""");
        return long.Parse((string)body["expected"]!, CultureInfo.InvariantCulture);
    }

    /// <summary>The alarm's id where it was answered with 200; null where there was no answer.</summary>
    private static async Task<string?> PostAsync(HttpClient gateway, long sequence)
    {
        var alarm = Events.NewId();
        using var content = new StringContent($"[{Events.Alarm(sequence, alarm).ToJsonString()}]", new MediaTypeHeaderValue("application/json"));
        try
        {
            using var response = await gateway.PostAsync($"api/v1/gateways/{RunningDutyRoom.Gateway}/events", content);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return alarm;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task KillAfterAsync(DutyRoomProcess room, TimeSpan delay)
    {
        await Task.Delay(delay, TimeProvider.System);
        await room.KillAsync();
    }

    private static async Task<List<string>> AllAsync(HttpClient program)
    {
        var (all, next) = (new List<string>(), "");
        while (next is not null)
        {
            var (_, page) = await RunningDutyRoom.SendAsync(
                program, HttpMethod.Get, $"api/v1/alarms?limit=500{(next.Length > 0 ? "&after=" + next : "")}", null);
            all.AddRange(page["items"]!.AsArray().Select(a => (string)a!["id"]!));
            next = (string?)page["next"];
        }

        return all;
    }
}
