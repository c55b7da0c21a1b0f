using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Site;

public sealed class SiteFileTests
{
    private const string Folder = "Site";

    public static TheoryData<string> MistakeFiles => new(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, Folder, "mistakes"))
        .Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(MistakeFiles))]
    public void Each_mistake_is_named_with_its_place_and_what_is_allowed(string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, Folder, "mistakes", file);
        string[] expected = [.. File.ReadAllLines(path, Encoding.Latin1).TakeWhile(l => l.StartsWith("# expect: ", StringComparison.Ordinal))
            .Select(l => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(l["# expect: ".Length..])))];

        SiteResult result = SiteFile.Read(path);

        Assert.NotEmpty(expected);
        Assert.Null(result.Courtyard);
        string[] found = [.. result.Mistakes.Select(m => m.ToString()[(path.Length + 1)..])];
        Assert.True(expected.Length == found.Length, string.Join('\n', found));
        Assert.All(expected.Zip(found), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(result.Mistakes, m => Assert.NotEqual("", m.WhatIsAllowed));
    }

    [Fact]
    public void The_example_of_the_contract_reads_without_a_mistake()
    {
        SiteResult result = SiteFile.Read(Path.Combine(AppContext.BaseDirectory, Folder, "example.yaml"));

        Assert.Empty(result.Mistakes);
        Courtyard courtyard = result.Courtyard!;
        Assert.Equal(("fukang-garden", "富康花园小区"), (courtyard.Id, courtyard.Name));
        Assert.Equal(new Address("双河口街道", "螺蛳包社区", "第3网格"), courtyard.Address);
        Assert.Equal([new Building("b03", "3栋", 2, 7)], courtyard.Buildings);
        Assert.Equal(
            ["b03-u1-301-smoke", "b03-u1-301-sos", "lobby-sos", "yard-air", "boiler-gas"], courtyard.Devices.Select(d => d.Id));
        Device smoke = courtyard.Devices[0];
        Assert.Equal(("厨房烟感", DeviceClass.SmokeDetector, null), (smoke.Name, smoke.Class, smoke.Call));
        Assert.Equal(new Place("b03", 1, 3, "301", "厨房"), smoke.At);
        Assert.Equal(new Zigbee2MqttSource("b03/u1/301/kitchen_smoke"), smoke.Source);
        Assert.Equal("sip:301@192.0.2.10", courtyard.Devices[1].Call);
        Assert.Equal(
            new GpioSource("gpiochip0", "17", GpioBias.PullUp, ActiveLow: true, TimeSpan.FromMilliseconds(20)), courtyard.Devices[2].Source);
        Assert.Equal(new IioSource("bme680", null, TimeSpan.FromSeconds(10), null), courtyard.Devices[3].Source);
        ModbusSource gas = Assert.IsType<ModbusSource>(courtyard.Devices[4].Source);
        Assert.Equal((new ModbusTcp("127.0.0.1", 1502), 3, null), (gas.Line, gas.Unit, gas.Interval));
        Assert.Equal([new ModbusPoint(Quantity.Methane, ModbusTable.Input, 0, ModbusType.Unsigned16, Scale: 0.1)], gas.Points);
    }

    [Fact]
    public void Every_kind_of_source_is_understood()
    {
        SiteResult result = SiteFile.Read(Path.Combine(AppContext.BaseDirectory, Folder, "sources.yaml"));

        Assert.Empty(result.Mistakes);
        ModbusSource[] modbus = [.. result.Courtyard!.Devices.Select(d => d.Source).OfType<ModbusSource>()];
        Assert.Equal(new ModbusRtu("/dev/ttyUSB0", 9_600, ModbusParity.None, 1), modbus[0].Line);
        Assert.Equal([new ModbusPoint(Quantity.Methane, ModbusTable.Holding, 4, ModbusType.Signed16, Scale: 0.1, Offset: -1.5)], modbus[0].Points);
        Assert.Equal(new ModbusRtu("/dev/ttyUSB1", 9_600, ModbusParity.Even, 1), modbus[1].Line);
        Assert.Equal([new ModbusPoint(Quantity.Gas, ModbusTable.Discrete, 0, ModbusType.Flag)], modbus[1].Points);
        Assert.Contains(new TasmotaSource("b3_302") { Words = new TasmotaWords("report", "answer", "order", "在线", "gone") }, result.Courtyard.Devices.Select(d => d.Source));
        Assert.Equal(["bla2mqtt/#", "meters 2/+/state", "a/b"], result.Courtyard.DeviceTopics);
        Assert.Contains(new EspHomeSource("b3-301"), result.Courtyard.Devices.Select(d => d.Source));
        Assert.Contains(new HomeAssistantSource("301_smoke"), result.Courtyard.Devices.Select(d => d.Source));
        MqttSource[] mqtt = [.. result.Courtyard.Devices.Select(d => d.Source).OfType<MqttSource>()];
        Assert.Equal(("meters/noise/1", new MqttPoint(Quantity.Noise, JsonPath.TryParse("$.laeq")!)), (mqtt[0].Topic, mqtt[0].Points.Single()));
        MqttPoint temperature = mqtt[1].Points[0], smoke = mqtt[1].Points[1];
        Assert.Equal(("$.t", "°F", 0.1, -40), (temperature.Path.Text, temperature.Unit, temperature.Scale, temperature.Offset));
        Assert.Equal(["1", "ALARM"], smoke.On!);
        Assert.Equal(["0"], smoke.Off!);
        Assert.Equal(new ModbusOutput(ModbusTable.Coil, 3, 0, 1) { Feedback = new ModbusContact(ModbusTable.Discrete, 5, Inverted: true) }, modbus[2].Output);
        Assert.Equal(new ModbusOutput(ModbusTable.Holding, 12, 2), modbus[3].Output);
        Assert.Equal([Quantity.Fault], modbus[3].Points.Select(p => p.Quantity));
        Assert.Equal(("yard/siren", "yard/siren/set", "ON", "OFF", true, false), Told(mqtt[2]));
        Assert.Equal(("$.siren", "ON", "OFF"), (mqtt[2].Command!.State!.Path.Text, mqtt[2].Command!.State!.On.Single(), mqtt[2].Command!.State!.Off.Single()));
        Assert.Equal((null, "relay/2", "{\"on\":1}", "{\"on\":0}", false, true), Told(mqtt[3]));
        Assert.Null(mqtt[3].Command!.State);
        Assert.Equal(
            new IioSource(
                "ads1015", "1-0048", TimeSpan.FromMilliseconds(250), null, "voltage0", new LoopBands(new Band(1.45, 1.85), new Band(2.0, 2.4)),
                Buffer: new SampleBuffering(200, "courtyard")),
            result.Courtyard.Devices[^1].Source);
    }

    private static (string?, string, string, string, bool, bool) Told(MqttSource source) => source.Command is { } command
        ? (source.Topic, command.Topic, command.On, command.Off, command.AtLeastOnce, command.Retain)
        : throw new ArgumentException("it cannot be told anything", nameof(source));

    [Theory]
    [InlineData("flat: 301", "301")]
    [InlineData("flat: \"0301\"", "0301")]
    [InlineData("flat: 0x1", "0x1")]
    [InlineData("flat: true", "true")]
    public void A_flat_is_text_however_it_is_written(string written, string flat)
    {
        SiteResult result = SiteFile.Parse(
            $"courtyard: a\nname: A\nbuildings: [{{ id: b, units: 1, floors: 3 }}]\ndevices:\n- {{ id: d, class: motion, at: {{ building: b, {written} }}, source: {{ zigbee2mqtt: d }} }}\n", "a.yaml");

        Assert.Empty(result.Mistakes);
        Assert.Equal(flat, result.Courtyard!.Devices[0].At.Flat);
    }

    [Fact]
    public void The_upkeep_of_a_device_is_read_and_is_its_classs_where_nothing_is_said()
    {
        SiteResult result = SiteFile.Parse(
            """
            courtyard: a
            name: A
            devices:
              - { id: d1, class: smoke-detector, source: { zigbee2mqtt: d1 }, installed: 2024-05-01, service-life: 10y, test-every: 30d, silence: 26h }
              - { id: d2, class: smoke-detector, source: { zigbee2mqtt: d2 }, installed: "2024-02-29", service-life: 52w, silence: 90m }
              - { id: d3, class: smoke-detector, source: { zigbee2mqtt: d3 } }
            """, "a.yaml");

        Assert.Empty(result.Mistakes);
        Assert.Equal(
            [
                (new DateOnly(2024, 5, 1), TimeSpan.FromDays(3650), TimeSpan.FromDays(30), TimeSpan.FromHours(26)),
                (new DateOnly(2024, 2, 29), TimeSpan.FromDays(364), null, TimeSpan.FromMinutes(90)),
                ((DateOnly?)null, (TimeSpan?)null, (TimeSpan?)null, (TimeSpan?)null),
            ],
            result.Courtyard!.Devices.Select(d => (d.Installed, d.ServiceLife, d.TestEvery, d.Silence)));
    }

    [Fact]
    public void An_anchored_part_may_stand_in_several_places()
    {
        SiteResult result = SiteFile.Parse(
            """
            courtyard: a
            name: A
            buildings: [{ id: b, units: 1, floors: 3 }]
            devices:
              - { id: d1, class: motion, at: &hall { building: b, unit: 1 }, source: { zigbee2mqtt: d1 } }
              - { id: d2, class: motion, at: *hall, source: { zigbee2mqtt: d2 } }
            """, "a.yaml");

        Assert.Empty(result.Mistakes);
        Assert.Equal(new Place("b", 1), result.Courtyard!.Devices[1].At);
    }

    [Fact]
    public void Aliases_within_aliases_cost_nothing()
    {
        var bomb = new StringBuilder("courtyard: a\nname: A\nx0: &x0 [1,1,1,1,1,1,1,1,1,1]\n");
        for (int i = 1; i < 40; i++)
        {
            bomb.AppendLine(CultureInfo.InvariantCulture, $"x{i}: &x{i} [{string.Join(',', Enumerable.Repeat($"*x{i - 1}", 10))}]");
        }

        SiteResult result = SiteFile.Parse(bomb.ToString(), "bomb.yaml");

        Assert.Equal(40, result.Mistakes.Count);
        Assert.All(result.Mistakes, m => Assert.StartsWith("the file has no key 'x", m.WhatIsWrong, StringComparison.Ordinal));
    }

    [Fact]
    public void Too_many_aliases_and_too_deep_nesting_are_mistakes()
    {
        string aliases = "courtyard: &a a\nname: [" + string.Join(',', Enumerable.Repeat("*a", 1_001)) + "]\n";
        string deep = "courtyard: " + new string('[', 10_000) + new string(']', 10_000);

        Assert.Contains("more than 1000 aliases", SiteFile.Parse(aliases, "a").Mistakes.Single().WhatIsWrong, StringComparison.Ordinal);
        Assert.Contains("nested more than 32 deep", SiteFile.Parse(deep, "a").Mistakes.Single().WhatIsWrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_too_big_or_not_UTF_8_is_refused_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        string big = folder.File("big.yaml"), latin = folder.File("latin.yaml"), missing = folder.File("missing.yaml");
        using (FileStream stream = File.Create(big))
        {
            stream.SetLength(8 * 1024 * 1024 + 1);
        }
        File.WriteAllBytes(latin, [.. "courtyard: a\nname: "u8, 0xC4, .. "rger\n"u8]);

        Assert.Equal($"{big}:1:1: the file has 8388609 bytes: at most 8388608 bytes (8 MiB)", SiteFile.Read(big).Mistakes.Single().ToString());
        Assert.Equal($"{latin}:2:7: byte 0xC4 is not UTF-8: text in UTF-8", SiteFile.Read(latin).Mistakes.Single().ToString());
        Assert.StartsWith($"{missing}:1:1: the file cannot be read", SiteFile.Read(missing).Mistakes.Single().ToString(), StringComparison.Ordinal);
        Assert.StartsWith($"{folder.Path}:1:1: the file cannot be read", SiteFile.Read(folder.Path).Mistakes.Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_do_no_harm()
    {
        SiteResult result = SiteFile.Parse("\uFEFFcourtyard: a\r\nname: A\r\n", "a.yaml");

        Assert.Empty(result.Mistakes);
        Assert.Equal("A", result.Courtyard!.Name);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("site").FullName;

        public string File(string name) => System.IO.Path.Combine(Path, name);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
