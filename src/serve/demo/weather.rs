//! The weather of one fixed day, 15 June 2026, so that a test can expect an answer.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use super::{Answer, Args, object};
use crate::error::{Error, Result};

pub(super) const INSTRUCTIONS: &str =
    "Weather of ten cities on one fixed day. An error names the cities or countries known.";

const NOW: &str = "2026-06-15T12:00:00Z";
const CITY_HELP: &str = "City name in English, for example \"Berlin\".";
const UNITS: [&str; 2] = ["metric", "imperial"];

struct City {
    name: &'static str,
    country: &'static str,
    celsius: f64,
    feels_like: f64,
    humidity: u8,
    wind_kmh: f64,
    sky: usize,
}

const SKY: [&str; 5] = ["sunny", "partly cloudy", "overcast", "rain showers", "thunderstorms"];
const RAIN_CHANCE: [u8; 5] = [0, 10, 30, 65, 85];

const fn city(
    [name, country]: [&'static str; 2],
    [celsius, feels_like, wind_kmh]: [f64; 3],
    humidity: u8,
    sky: usize,
) -> City {
    City { name, country, celsius, feels_like, humidity, wind_kmh, sky }
}

const CITIES: [City; 10] = [
    city(["Berlin", "Germany"], [21.5, 21.0, 14.0], 48, 1),
    city(["Lima", "Peru"], [17.0, 17.0, 11.0], 83, 2),
    city(["London", "United Kingdom"], [18.2, 17.6, 19.0], 66, 3),
    city(["Madrid", "Spain"], [33.4, 32.8, 9.0], 22, 0),
    city(["Mumbai", "India"], [29.8, 36.1, 28.0], 88, 4),
    city(["Nairobi", "Kenya"], [22.6, 22.4, 16.0], 57, 1),
    city(["New York", "United States"], [26.9, 28.3, 17.0], 61, 1),
    city(["Oslo", "Norway"], [16.8, 16.1, 12.0], 54, 0),
    city(["Sydney", "Australia"], [13.7, 12.2, 23.0], 69, 3),
    city(["Tokyo", "Japan"], [24.3, 25.5, 13.0], 79, 2),
];

/// Region, event, severity, headline, expiry.
type Alert = [&'static str; 5];

const ALERTS: [Alert; 3] = [
    [
        "Spain",
        "Extreme heat",
        "severe",
        "Temperatures up to 41 °C in the centre and south; avoid effort outdoors from noon to 7 p.m.",
        "2026-06-17T20:00:00Z",
    ],
    [
        "India",
        "Flood",
        "extreme",
        "Monsoon rain of more than 200 mm in 24 hours on the Konkan coast; streets and rail lines may flood.",
        "2026-06-16T18:00:00Z",
    ],
    [
        "India",
        "Thunderstorm",
        "moderate",
        "Frequent lightning and gusts up to 70 km/h in Maharashtra.",
        "2026-06-15T21:00:00Z",
    ],
];

pub(super) fn tools() -> Vec<Tool> {
    let hints = ToolAnnotations::new().read_only(true).open_world(true);
    let current = Tool::new(
        "get_current_weather",
        "Get the current weather in a city: temperature, sky conditions, humidity and wind.",
        current_input(),
    );
    let forecast = Tool::new(
        "get_forecast",
        "Get the daily forecast for a city for up to seven days ahead, with high and low temperatures in degrees \
         Celsius and the chance of rain.",
        forecast_input(),
    );
    let alerts = Tool::new(
        "severe_weather_alerts",
        "List the official warnings in force for a region, such as storms, floods and extreme heat, with their \
         severity and expiry time.",
        alerts_input(),
    );
    vec![
        current.with_title("Current weather").with_raw_output_schema(current_output().into()).annotate(hints.clone()),
        forecast
            .with_title("Weather forecast")
            .with_raw_output_schema(forecast_output().into())
            .annotate(hints.clone()),
        alerts.with_title("Severe weather alerts").with_raw_output_schema(alerts_output().into()).annotate(hints),
    ]
}

fn current_input() -> JsonObject {
    let properties = json!({
        "city": {"type": "string", "minLength": 1, "description": CITY_HELP},
        "units": {
            "type": "string",
            "enum": UNITS,
            "default": UNITS[0],
            "description": "Metric for degrees Celsius and km/h, imperial for degrees Fahrenheit and mph.",
        },
    });
    object(properties, &["units"])
}

fn current_output() -> JsonObject {
    let properties = json!({
        "city": {"type": "string"},
        "country": {"type": "string"},
        "observed_at": {"type": "string", "format": "date-time"},
        "units": {"type": "string", "enum": UNITS},
        "temperature": {"type": "number", "description": "Degrees Celsius or Fahrenheit, as `units` says."},
        "feels_like": {"type": "number", "description": "Perceived temperature in the same degrees."},
        "humidity": {"type": "integer", "description": "Relative humidity in percent."},
        "wind_speed": {"type": "number", "description": "Kilometres or miles per hour, as `units` says."},
        "conditions": {"type": "string", "enum": SKY},
    });
    object(properties, &[])
}

fn forecast_input() -> JsonObject {
    let properties = json!({
        "city": {"type": "string", "minLength": 1, "description": CITY_HELP},
        "days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 7,
            "default": 3,
            "description": "How many days to forecast, starting tomorrow.",
        },
    });
    object(properties, &["days"])
}

fn forecast_output() -> JsonObject {
    let day = json!({
        "date": {"type": "string", "format": "date"},
        "high": {"type": "number", "description": "Highest temperature in degrees Celsius."},
        "low": {"type": "number", "description": "Lowest temperature in degrees Celsius."},
        "rain_chance": {"type": "integer", "description": "Probability of rain in percent."},
        "conditions": {"type": "string", "enum": SKY},
    });
    let properties = json!({
        "city": {"type": "string"},
        "country": {"type": "string"},
        "days": {"type": "array", "items": object(day, &[])},
    });
    object(properties, &[])
}

fn alerts_input() -> JsonObject {
    let help = "Country to check, by its English name, for example \"Spain\".";
    object(json!({"region": {"type": "string", "minLength": 1, "description": help}}), &[])
}

fn alerts_output() -> JsonObject {
    let alert = json!({
        "event": {"type": "string"},
        "severity": {"type": "string", "enum": ["minor", "moderate", "severe", "extreme"]},
        "headline": {"type": "string"},
        "expires": {"type": "string", "format": "date-time"},
    });
    object(json!({"region": {"type": "string"}, "alerts": {"type": "array", "items": object(alert, &[])}}), &[])
}

pub(super) fn call(tool: &str, args: &Args) -> Result<Answer> {
    match tool {
        "get_current_weather" => {
            let units = args.optional_text("units")?.unwrap_or(UNITS[0]);
            if !UNITS.contains(&units) {
                return Err(Error::invalid(format!("Parameter `units` must be `{}`.", UNITS.join("` or `"))));
            }
            Ok(current(find(args.text("city")?)?, units))
        }
        "get_forecast" => Ok(forecast(find(args.text("city")?)?, args.integer("days", 1..=7, 3)?)),
        "severe_weather_alerts" => alerts(args.text("region")?),
        _ => Err(Error::not_found(format!("Unknown tool `{tool}`."))),
    }
}

/// Accepts `Paris` as well as `Paris, France`, the way models like to write it.
fn find(text: &str) -> Result<&'static City> {
    let (name, country) = text.split_once(',').map_or((text, None), |(name, rest)| (name, Some(rest.trim())));
    let same = |city: &&City| {
        city.name.eq_ignore_ascii_case(name.trim())
            && country.is_none_or(|country| city.country.eq_ignore_ascii_case(country))
    };
    CITIES.iter().find(same).ok_or_else(|| {
        let known = CITIES.map(|city| city.name).join(", ");
        Error::not_found(format!("No weather data for city `{text}`. Known cities: {known}."))
    })
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn current(city: &City, units: &str) -> Answer {
    let imperial = units == UNITS[1];
    let degrees = |celsius: f64| if imperial { tenths(celsius * 1.8 + 32.0) } else { celsius };
    let wind = if imperial { tenths(city.wind_kmh / 1.609_344) } else { city.wind_kmh };
    let (degree, speed) = if imperial { ("°F", "mph") } else { ("°C", "km/h") };
    let (temperature, sky, humidity) = (degrees(city.celsius), SKY[city.sky], city.humidity);
    let text = format!("{}: {temperature} {degree}, {sky}, humidity {humidity} %, wind {wind} {speed}.", city.name);
    let data = json!({
        "city": city.name,
        "country": city.country,
        "observed_at": NOW,
        "units": units,
        "temperature": temperature,
        "feels_like": degrees(city.feels_like),
        "humidity": humidity,
        "wind_speed": wind,
        "conditions": sky,
    });
    Answer { text, data }
}

fn forecast(city: &City, days: i64) -> Answer {
    let day = |offset: usize| {
        let sky = (city.sky + offset * 3) % SKY.len();
        let swing = [1.5, -0.5, 2.0, 0.5, -1.0, 1.0, 0.0][offset % 7];
        json!({
            "date": format!("2026-06-{}", 16 + offset),
            "high": tenths(city.celsius + 2.0 + swing),
            "low": tenths(city.celsius - 6.5 + swing / 2.0),
            "rain_chance": RAIN_CHANCE[sky],
            "conditions": SKY[sky],
        })
    };
    let days: Vec<Value> = (0..7).map(day).take(usize::try_from(days).unwrap_or(7)).collect();
    let lines = days.iter().map(|day| {
        let conditions = day["conditions"].as_str().unwrap_or_default();
        format!("{}: {conditions}, {} to {} °C", day["date"].as_str().unwrap_or_default(), day["low"], day["high"])
    });
    let text = format!("{}\n{}", city.name, lines.collect::<Vec<_>>().join("\n"));
    Answer { text, data: json!({"city": city.name, "country": city.country, "days": days}) }
}

fn alerts(region: &str) -> Result<Answer> {
    let Some(region) = CITIES.iter().map(|city| city.country).find(|name| name.eq_ignore_ascii_case(region)) else {
        let known = CITIES.map(|city| city.country).join(", ");
        return Err(Error::not_found(format!("No alert service for region `{region}`. Known regions: {known}.")));
    };
    let alerts: Vec<Alert> = ALERTS.into_iter().filter(|[country, ..]| *country == region).collect();
    let lines = alerts.iter().map(|[_, event, severity, headline, _]| format!("{event} ({severity}): {headline}"));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let text = if lines.is_empty() { format!("No weather alerts in force for {region}.") } else { lines };
    let alerts = alerts.into_iter().map(|[_, event, severity, headline, expires]| {
        json!({"event": event, "severity": severity, "headline": headline, "expires": expires})
    });
    Ok(Answer { text, data: json!({"region": region, "alerts": alerts.collect::<Vec<_>>()}) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_found_by_name_with_or_without_its_country() {
        assert_eq!(find("berlin").expect("known").country, "Germany");
        assert_eq!(find("London, united kingdom").expect("known").name, "London");
        assert!(find("London, Canada").is_err());
    }

    #[test]
    fn an_unknown_city_is_answered_with_the_known_ones() {
        let error = find("Atlantis").err().expect("unknown");
        assert!(error.message().contains("`Atlantis`") && error.message().contains("Berlin, Lima"), "{error}");
    }

    #[test]
    fn imperial_units_convert_temperature_and_wind() {
        let data = current(find("Berlin").expect("known"), "imperial").data;
        assert_eq!((data["temperature"].as_f64(), data["wind_speed"].as_f64()), (Some(70.7), Some(8.7)));
    }

    #[test]
    fn a_calm_region_has_no_alerts() {
        assert_eq!(alerts("norway").expect("known").data["alerts"], json!([]));
        assert_eq!(alerts("India").expect("known").data["alerts"].as_array().map(Vec::len), Some(2));
    }
}
