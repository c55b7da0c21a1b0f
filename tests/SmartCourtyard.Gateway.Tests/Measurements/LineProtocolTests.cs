using System.Buffers;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Measurements;

public sealed class LineProtocolTests
{
    // 2026-11-22T04:30:00Z in ms.
    private const string Time = "1795321800000";

    [Fact]
    public void A_line_holds_quantity_tags_in_order_value_and_milliseconds() => Assert.Equal(
        $"temperature,building=b03,class=air-monitor,courtyard=fukang-garden,device=yard-air,flat=301,unit=1 value=21.5 {Time}\n",
        Write(Estate.Air.Says(Quantity.Temperature, 21.5)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(-12.25, "-12.25")]
    [InlineData(0.1, "0.1")]
    [InlineData(1013.2, "1013.2")]
    [InlineData(1e-7, "1E-07")]
    [InlineData(1e21, "1E+21")]
    [InlineData(123456789.123, "123456789.123")]
    public void A_value_is_a_float_with_all_its_digits_and_a_point(double value, string text)
        => Assert.Contains($" value={text} ", Write(Estate.Air.Says(Quantity.Pressure, value)), StringComparison.Ordinal);

    [Fact]
    public void What_a_device_does_not_have_is_left_out()
    {
        var bare = new Device("bare", null, DeviceClass.Camera, new Place(), new Zigbee2MqttSource("x"));
        Assert.Equal($"online,class=camera,courtyard=fukang-garden,device=bare value=1 {Time}\n", Write(bare.Says(Quantity.Online, 1)));
    }

    [Theory]
    [InlineData("3 01", @"3\ 01")]
    [InlineData("3,01", @"3\,01")]
    [InlineData("3=01", @"3\=01")]
    [InlineData("三〇一", "三〇一")]
    [InlineData("301\"", "301\"")]
    [InlineData(@"3\01", "3/01")]
    [InlineData(@"301\", "301")]
    [InlineData(@"301\\", "301")]
    [InlineData("3\n01", @"3\ 01")]
    [InlineData("3\r\n01", @"3\ \ 01")]
    [InlineData("3\t01", @"3\ 01")]
    [InlineData(" ", @"\ ")]
    [InlineData(@", =\", @"\,\ \=")]
    public void A_flats_number_as_people_write_it_does_not_break_the_line(string flat, string written)
    {
        var line = Write(At(flat).Says(Quantity.Smoke, 1));
        Assert.Equal($"smoke,class=smoke-detector,courtyard=fukang-garden,device=d,flat={written} value=1 {Time}\n", line);
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData(@"\")]
    public void An_empty_tag_is_left_out_because_the_server_would_refuse_the_whole_batch(string flat)
        => Assert.DoesNotContain("flat", Write(At(flat).Says(Quantity.Smoke, 1)), StringComparison.Ordinal);

    [Fact]
    public void Many_lines_follow_each_other()
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new LineProtocol("fukang-garden");
        for (var i = 0; i < 1_000; i++)
        {
            lines.Write(Estate.Air.Says(i % 2 == 0 ? Quantity.Co2 : Quantity.Humidity, i, TestClock.Night.AddMilliseconds(i)), output);
        }

        var text = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1_000, text.Length);
        Assert.All(text.Index(), l => Assert.EndsWith($" value={l.Index} {1795321800000 + l.Index}", l.Item, StringComparison.Ordinal));
    }

    private static Device At(string flat) => new("d", null, DeviceClass.SmokeDetector, new Place(Flat: flat), new Zigbee2MqttSource("x"));

    private static string Write(Reading reading)
    {
        var output = new ArrayBufferWriter<byte>();
        new LineProtocol("fukang-garden").Write(in reading, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
