using System.Security.Cryptography;
using System.Text;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>A gateway that cannot start says why in one sentence.</summary>
public sealed class GatewayStartTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_second_gateway_on_the_same_journal_is_refused_and_the_first_goes_on()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(1, "smoke-detector"));
        var first = estate.Gateway!;
        estate.StartGateway();
        await using var second = estate.Gateway!;
        Assert.Equal(1, await second.ExitAsync(Soon));
        Assert.Contains("another gateway is running", second.Output, StringComparison.Ordinal);
        Assert.False(first.HasExited, first.Output);
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 1, Soon, () => "the alarm");
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_damaged_journal_leaves_no_estate_unguarded_and_is_set_aside_at_the_next_start()
    {
        await using var estate = await Estate.PrepareAsync(TestSite.Of(2, "smoke-detector"));
        var journal = await DamagedJournalAsync(estate);
        estate.StartBroker();
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();
        await Eventually.TrueAsync(
            async () => (await estate.Board.TroublesAsync()).Any(t => t.GetProperty("detail").GetString()?.Contains("goes on from memory", StringComparison.Ordinal) == true),
            Soon, () => "a trouble of the disk: " + estate.Gateway!.Output);
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 1, Soon, () => "the alarm");

        Assert.True(Directory.Exists(MemoryOf(estate)), estate.Gateway!.Output);
        await estate.Gateway!.KillAsync();
        await estate.Gateway.DisposeAsync();
        estate.StartGateway();
        await estate.ReadyAsync();
        Assert.True(File.Exists(journal + ".damaged"), estate.Gateway.Output);
        Assert.False(Directory.Exists(MemoryOf(estate)));
        Assert.Single(await estate.GatewayPage.ItemsAsync("api/v1/alarms"));
        await Eventually.TrueAsync(async () => !(await estate.Board.TroublesAsync()).Any(t => t.GetProperty("reason").GetString() == "storage-failing"), Soon, () => "the trouble is over");
        await estate.PublishAsync(estate.Site.Devices[1].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 2, Soon, () => "the second alarm");
        Assert.Equal(0, (await estate.Board.GatewayAsync()).GetProperty("missing").GetInt64());
    }

    [Fact]
    public async Task A_folder_in_memory_that_somebody_else_has_made_is_not_trusted()
    {
        await using var estate = await Estate.PrepareAsync(TestSite.Of(1, "smoke-detector"));
        await DamagedJournalAsync(estate);
        Directory.CreateDirectory(MemoryOf(estate), (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(Path.Combine(MemoryOf(estate), "journal.db"), "planted");
        estate.StartGateway();
        Assert.Equal(1, await estate.Gateway!.ExitAsync(Soon));
        Assert.Contains("belongs to somebody else: remove it", estate.Gateway.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mqtt__Prot", "1", "Mqtt:Prot")]
    [InlineData("Mqtt__Port", "many", "Mqtt:Port")]
    [InlineData("DutyRoom__Url", "nowhere", "DutyRoom:Url")]
    public async Task An_unknown_or_malformed_key_stops_the_start_with_its_name(string key, string value, string named)
    {
        await using var gateway = RunningProgram.Start("dotnet", [Checkout.Program("SmartCourtyard.Gateway"), "run"], new Dictionary<string, string>
        {
            ["Gateway__Site"] = Path.Combine(Checkout.Root, "deploy", "fukang-garden.yaml"), ["Gateway__DataDirectory"] = "/nowhere", [key] = value,
        });
        Assert.Equal(1, await gateway.ExitAsync(Soon));
        Assert.Contains(named, gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", gateway.Output, StringComparison.Ordinal);
    }

    private static async Task<string> DamagedJournalAsync(Estate estate)
    {
        estate.GatewayEnvironment["RUNTIME_DIRECTORY"] = Path.Combine(estate.Folder, "run");
        var journal = Path.Combine(estate.Folder, "gateway", "journal.db");
        Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
        await File.WriteAllTextAsync(journal, string.Concat(Enumerable.Repeat("this is no database ", 500)));
        return journal;
    }

    private static string MemoryOf(Estate estate) => Path.Combine(
        estate.Folder, "run",
        "smartcourtyard-gateway-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.Combine(estate.Folder, "gateway"))))[..16]);
}
