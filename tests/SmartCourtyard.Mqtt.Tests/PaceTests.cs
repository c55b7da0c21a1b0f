namespace SmartCourtyard.Mqtt.Tests;

public class PaceTests
{
    [Fact]
    public void A_lone_message_never_waits()
    {
        ReadGather gather = new();

        Assert.DoesNotContain(true, Enumerable.Range(0, 1000).Select(i => gather.AfterRead(150, TimeSpan.FromMilliseconds(i))));
    }

    [Fact]
    public void Reads_back_to_back_begin_to_gather_and_a_nap_that_brings_no_more_ends_it()
    {
        ReadGather gather = new();
        bool[] burst = [.. Enumerable.Range(0, ReadGather.Reads).Select(i => gather.AfterRead(150, TimeSpan.FromMilliseconds(i * 0.1)))];

        Assert.Equal(ReadGather.Reads - 1, Array.IndexOf(burst, true));
        Assert.True(gather.AfterRead(900, TimeSpan.FromMilliseconds(3)));
        Assert.True(gather.AfterRead(300, TimeSpan.FromMilliseconds(4)));
        Assert.False(gather.AfterRead(150, TimeSpan.FromMilliseconds(5)));
        Assert.False(gather.AfterRead(150, TimeSpan.FromMilliseconds(6)));
    }

    [Fact]
    public void Reads_that_are_full_anyway_need_no_nap()
    {
        ReadGather gather = new();

        Assert.DoesNotContain(true, Enumerable.Range(0, 100).Select(i => gather.AfterRead(60_000, TimeSpan.FromMilliseconds(i * 0.1))));
    }

    [Theory]
    [InlineData(1, 0.1, 0.2)]
    [InlineData(2, 0.1, 0.4)]
    [InlineData(3, 0.1, 0.8)]
    [InlineData(5, 0.1, 3.2)]
    [InlineData(6, 0.1, 5)]
    [InlineData(7, 0.1, 5)]
    [InlineData(1000, 0.1, 5)]
    public void The_wait_doubles_up_to_its_limit_and_spreads_evenly(int attempt, double shortest, double longest)
    {
        Assert.Equal(shortest, After(attempt, random: 0).TotalSeconds, 3);
        Assert.Equal((shortest + longest) / 2, After(attempt, random: 0.5).TotalSeconds, 3);
        Assert.Equal(longest, After(attempt, random: 1).TotalSeconds, 3);

        static TimeSpan After(int attempt, double random)
        {
            ReconnectBackoff backoff = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5));
            TimeSpan last = default;
            for (int i = 0; i < attempt; i++)
            {
                last = backoff.Next(MqttReason.Unreachable, TimeSpan.Zero, random);
            }

            return last;
        }
    }

    [Fact]
    public void A_connection_that_held_starts_the_waits_anew_and_one_that_did_not_goes_on()
    {
        ReconnectBackoff backoff = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5));
        for (int i = 0; i < 10; i++)
        {
            backoff.Next(MqttReason.PeerClosed, TimeSpan.FromSeconds(0.9), 1);
        }

        Assert.Equal(5, backoff.Next(MqttReason.PeerClosed, TimeSpan.FromSeconds(0.9), 1).TotalSeconds);
        Assert.Equal(0.2, backoff.Next(MqttReason.PeerClosed, TimeSpan.FromSeconds(1), 1).TotalSeconds);
    }

    [Fact]
    public void Pushed_out_by_a_namesake_it_waits_long_at_once()
    {
        ReconnectBackoff backoff = new(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(5));

        Assert.Equal(2.5, backoff.Next(MqttReason.SessionTakenOver, TimeSpan.FromHours(1), 0).TotalSeconds);
    }

    [Fact]
    public void Silence_is_death_after_one_and_a_quarter_keep_alives_and_not_before()
    {
        KeepAliveWatch watch = new();
        (bool Ping, bool Dead)[] ticks = [.. Enumerable.Range(1, 10).Select(_ => watch.Tick(false))];

        Assert.Equal(9, Array.FindIndex(ticks, t => t.Dead));
        Assert.Equal([3, 7], ticks.Index().Where(t => t.Item.Ping).Select(t => t.Index));
    }

    [Fact]
    public void A_byte_now_and_then_keeps_the_peer_alive()
    {
        KeepAliveWatch watch = new();

        Assert.DoesNotContain(Enumerable.Range(1, 1000).Select(i => watch.Tick(i % 10 == 0)), t => t.Dead);
    }
}
