using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator.Tests;

public sealed class PlayTests
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 22, 11, 30, 0, TimeSpan.Zero);

    private static readonly IReadOnlyList<SimulatedDevice> Estate = ReadEstate();

    [Fact]
    public void The_same_seed_plays_the_same_day_to_the_byte()
    {
        static List<string> Day(int seed) => [.. Hour(seed, every: TimeSpan.FromMinutes(1)).Select(p => $"{p.At} {Text(p.Said)}")];

        Assert.Equal(Day(7), Day(7));
        Assert.NotEqual(Day(7), Day(8));
    }

    [Fact]
    public void Every_message_is_json_in_the_shape_of_its_device_with_the_time_it_was_heard()
    {
        foreach (var (at, said) in Hour(1, TimeSpan.FromMinutes(1)))
        {
            using var json = JsonDocument.Parse(said.Payload);
            if (said.Topic.EndsWith("/availability", StringComparison.Ordinal))
            {
                Assert.True(said.Retain);
                continue;
            }

            Assert.False(said.Retain);
            Assert.Equal(Evening + at, json.RootElement.GetProperty("last_seen").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
            var names = json.RootElement.EnumerateObject().Select(p => p.Name).ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            Assert.InRange(json.RootElement.TryGetProperty("linkquality", out var quality) ? quality.GetInt32() : -1, 0, 255);
        }
    }

    [Fact]
    public void On_a_quiet_day_every_device_speaks_and_none_raises_anything()
    {
        string[] alarming = ["smoke", "gas", "carbon_monoxide", "sos", "water_leak", "tamper", "battery_low", "fault_alarm", "alarm", "test"];
        var hour = Hour(3, every: null);

        Assert.Equal(
            Estate.Select(d => $"zigbee2mqtt/{d.FriendlyName}").Order(StringComparer.Ordinal),
            hour.Select(p => p.Said.Topic).Distinct().Order(StringComparer.Ordinal));
        foreach (var (_, said) in hour)
        {
            using var json = JsonDocument.Parse(said.Payload);
            Assert.All(alarming, name => Assert.False(json.RootElement.TryGetProperty(name, out var value) && value.GetBoolean(), Text(said)));
            Assert.False(json.RootElement.TryGetProperty("action", out _), Text(said));
            Assert.False(json.RootElement.TryGetProperty("gas_value", out var methane) && methane.GetDouble() >= 5, Text(said));
        }
    }

    [Fact]
    public void Devices_that_may_raise_an_alarm_speak_at_least_once_and_the_others_at_most_once()
    {
        var byTopic = Estate.ToDictionary(d => $"zigbee2mqtt/{d.FriendlyName}", StringComparer.Ordinal);
        Assert.All(
            Hour(1, null), p => Assert.Equal(byTopic[p.Said.Topic].Class.IsAlarmCapable(), p.Said.AtLeastOnce));
    }

    [Fact]
    public void A_kitchen_fire_in_a_named_flat_is_smoke_from_that_flats_detector_which_clears()
    {
        var said = Scene("kitchen fire in 3-1-301").Where(p => p.Said.Topic == "zigbee2mqtt/b03/u1/301/kitchen_smoke").ToList();

        Assert.Equal([true, true, false], said.Select(p => Bool(p.Said, "smoke")));
        Assert.Equal([0, 20, 45], said.Select(p => p.At.TotalSeconds));
        Assert.Contains(Scene("kitchen fire in 3-1-301"), p => p.Said.Topic == "zigbee2mqtt/b03/hall/air");
    }

    [Fact]
    public void A_gas_leak_climbs_before_it_alarms()
    {
        var said = Scene("gas leak").Select(p => (Value(p.Said, "gas_value"), Bool(p.Said, "gas"))).ToList();

        Assert.Equal([(4, false), (8, false), (14, true), (17, true), (6, false)], said.Take(5));
        Assert.InRange(said[5].Item1, 0, 2);
    }

    [Fact]
    public void One_press_of_a_button_is_one_press_whatever_the_model_says()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var said = Scene("an elderly resident presses the button", seed).Select(p => Text(p.Said)).ToList();
            Assert.Single(said, text => text.Contains("\"action\":\"emergency\"", StringComparison.Ordinal) || text.Contains("\"sos\":true", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_silent_sensor_says_offline_once_and_nothing_until_it_is_back()
    {
        var play = NewPlay(5);
        play.PlayQuietDay(1);
        Assert.True(play.TryEnter("sensor falls silent in 3-1-301", TimeSpan.FromMinutes(1), 1, out _));
        var topic = "zigbee2mqtt/b03/u1/301/kitchen_smoke";

        var said = Until(play, TimeSpan.FromMinutes(30)).Where(p => p.Said.Topic.StartsWith(topic, StringComparison.Ordinal)).ToList();

        var silent = said.Where(p => p.At >= TimeSpan.FromMinutes(1) && p.At < TimeSpan.FromMinutes(11)).Select(p => p.Said).ToList();
        var availability = Assert.Single(silent);
        Assert.Equal($"{topic}/availability", availability.Topic);
        Assert.Equal("""{"state":"offline"}""", Encoding.UTF8.GetString(availability.Payload));
        Assert.Contains(said, p => p.At > TimeSpan.FromMinutes(11) && p.Said.Topic == topic);
    }

    [Theory]
    [InlineData("no such thing", "there is no scene 'no such thing': kitchen fire, gas leak")]
    [InlineData("kitchen fire in 99-1-101", "no smoke-detector in 99-1-101")]
    [InlineData("kitchen fire in the yard", "no smoke-detector in the yard")]
    public void An_unknown_scene_or_place_is_refused_with_what_there_is(string scene, string words)
    {
        Assert.False(NewPlay(1).TryEnter(scene, TimeSpan.Zero, 1, out var error));

        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_scene_of_the_list_can_be_played_and_by_chance_all_of_them_come()
    {
        Assert.All(Simulator.Scene.All, scene => Assert.True(NewPlay(1).TryEnter(scene.Name, TimeSpan.Zero, 1, out _)));
        var seen = new HashSet<string>();
        var play = NewPlay(2);
        play.SceneBegins += text => seen.Add(text.Split(" (")[0]);
        play.PlayRandomScenes(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

        _ = Until(play, TimeSpan.FromHours(2));

        Assert.Equal(Simulator.Scene.All.Select(s => s.Name).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_siren_takes_its_command_and_answers_with_its_state()
    {
        var play = NewPlay(1);
        var topic = Assert.Single(play.CommandTopics(), t => t == "zigbee2mqtt/b03/hall/siren/set");

        var answer = play.Command(topic, """{"alarm":true,"unknown":5}"""u8, TimeSpan.Zero);

        Assert.Equal("zigbee2mqtt/b03/hall/siren", answer?.Topic);
        Assert.True(Bool(answer!, "alarm"));
        Assert.Null(play.Command(topic, "nonsense"u8, TimeSpan.Zero));
        Assert.Null(play.Command(topic, "[1]"u8, TimeSpan.Zero));
        Assert.Null(play.Command("zigbee2mqtt/elsewhere/set", """{"alarm":true}"""u8, TimeSpan.Zero));
    }

    [Fact]
    public void The_birth_holds_the_bridges_state_the_inventory_and_everybodys_availability_all_retained()
    {
        var birth = NewPlay(1).Birth().ToList();

        Assert.All(birth, p => Assert.True(p.Retain));
        Assert.Equal("zigbee2mqtt/bridge/state", birth[0].Topic);
        Assert.Equal(Estate.Count, birth.Count - 2);
        using var inventory = JsonDocument.Parse(birth[1].Payload);
        var names = inventory.RootElement.EnumerateArray().Skip(1).Select(d => d.GetProperty("friendly_name").GetString());
        Assert.Equal(Estate.Select(d => d.FriendlyName), names);
        Assert.InRange(birth[1].Payload.Length, 100_000, 900_000);
    }

    private static Play NewPlay(int seed) => new(Estate, seed, Evening);

    private static List<(TimeSpan At, Publication Said)> Hour(int seed, TimeSpan? every)
    {
        var play = NewPlay(seed);
        play.PlayQuietDay(1);
        if (every is { } interval)
        {
            play.PlayRandomScenes(interval, interval);
        }

        return Until(play, TimeSpan.FromHours(1));
    }

    private static List<(TimeSpan At, Publication Said)> Scene(string name, int seed = 1)
    {
        var play = NewPlay(seed);
        Assert.True(play.TryEnter(name, TimeSpan.Zero, 1, out var error), error);
        return Until(play, TimeSpan.FromHours(1));
    }

    private static List<(TimeSpan At, Publication Said)> Until(Play play, TimeSpan end)
    {
        var all = new List<(TimeSpan, Publication)>();
        while (play.Next() is { } at && at <= end)
        {
            all.AddRange(play.Take().Select(said => (at, said)));
        }

        return all;
    }

    private static string Text(Publication said) => $"{said.Topic} {Encoding.UTF8.GetString(said.Payload)}";

    private static bool Bool(Publication said, string name)
    {
        using var json = JsonDocument.Parse(said.Payload);
        return json.RootElement.GetProperty(name).GetBoolean();
    }

    private static double Value(Publication said, string name)
    {
        using var json = JsonDocument.Parse(said.Payload);
        return json.RootElement.GetProperty(name).GetDouble();
    }

    private static IReadOnlyList<SimulatedDevice> ReadEstate()
    {
        var devices = SimulatedDevice.ReadSite(SiteFileTests.CommittedFile(), out var error);
        Assert.Null(error);
        return devices;
    }
}
