using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Supervised : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "duplicate_count",
                table: "gateways",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "last_late",
                table: "gateways",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "late_count",
                table: "gateways",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "escalated",
                table: "alarms",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "escalated_at",
                table: "alarms",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "gaps",
                columns: table => new
                {
                    gateway = table.Column<string>(type: "TEXT", nullable: false),
                    first = table.Column<long>(type: "INTEGER", nullable: false),
                    last = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_gaps", x => new { x.gateway, x.first });
                });

            // What was missing before this table was there.
            migrationBuilder.Sql(
                "INSERT INTO gaps(gateway, first, last) SELECT gateway, sequence + 1, following - 1 FROM "
                + "(SELECT gateway, sequence, LEAD(sequence) OVER (PARTITION BY gateway ORDER BY sequence) AS following FROM events) AS neighbours "
                + "WHERE following > sequence + 1");

            migrationBuilder.CreateTable(
                name: "presence",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    asked_by = table.Column<string>(type: "TEXT", nullable: true),
                    answer_by = table.Column<long>(type: "INTEGER", nullable: false),
                    answered_by = table.Column<string>(type: "TEXT", nullable: true),
                    answered_at = table.Column<long>(type: "INTEGER", nullable: true),
                    alarm = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_presence", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_presence_asked_at",
                table: "presence",
                column: "asked_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "gaps");

            migrationBuilder.DropTable(
                name: "presence");

            migrationBuilder.DropColumn(
                name: "duplicate_count",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "last_late",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "late_count",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "escalated",
                table: "alarms");

            migrationBuilder.DropColumn(
                name: "escalated_at",
                table: "alarms");
        }
    }
}
