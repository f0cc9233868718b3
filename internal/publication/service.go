// Package publication is what everybody may see: the pages' content and the open data, made of the
// framework, what is known about each country, and the reference data. It only reads.
package publication
